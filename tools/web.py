"""The page of `examples/web` in a real browser: headless Chromium opens a photo, clicks on both eyes and moves the slider.

Prints what it measured; `--screenshot FILE` keeps a picture of the page. Says so and ends well where there is no Chromium or npm."""
import argparse, io, shutil, subprocess, sys, tempfile
from pathlib import Path
import matplotlib.cbook as cbook, numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright
from reaging import Reager
from reaging.using.export import export_onnx

web = Path(__file__).resolve().parents[1]/'examples/web'

def pixels(data): return np.asarray(Image.open(io.BytesIO(data)).convert('RGB'), int)

def drive(page, photo, folder):
    "What a user would do with the page; yields what was found."
    reager = Reager()
    expected = np.asarray(reager(photo, to=20, from_=77), int)
    before, (left, right) = pixels(photo.read_bytes()), reager.faces(photo)[0].landmarks[:2]
    page.get_by_text('Choose a photo').wait_for(timeout=60_000)
    page.locator('#file').set_input_files(photo)
    page.get_by_text('Now click').wait_for()
    view = page.locator('#view')
    page.locator('#from').fill('77')
    scale = view.bounding_box()['width'] / before.shape[1]
    for x, y in (right, left): view.click(position=dict(x=float(x) * scale, y=float(y) * scale))
    moves = []
    for age in (30, 50, 70, 20):
        page.locator('#to').fill(str(age))
        page.wait_for_function(f"document.getElementById('view').dataset.ages == '77 {age}'", timeout=60_000)
        moves.append(int(view.get_attribute('data-ms')))
    with page.expect_download() as download: page.get_by_role('button', name='Save').click()
    saved = Path(download.value.path()).read_bytes()
    assert b'compositeWithTrainedAlgorithmicMedia' in saved and b'TargetAge="20"' in saved, 'the file says nothing of AI'
    after, face = pixels(saved), np.abs(expected - before).max(2) > 8
    far, near = np.abs(expected - before)[face].mean(), np.abs(after - expected)[face].mean()
    assert near < .5 * far, f'the page differs from Reager by {near:.1f}, the photo by {far:.1f}'
    assert np.abs(after - before)[-100:].mean() < 3, 'something changed below the face'
    yield f'{np.median(moves)/1000:.2f} s a move of the slider (median of {len(moves)}), {page.evaluate("crossOriginIsolated ? navigator.hardwareConcurrency : 1")} cores'
    yield f'face: {near:.1f} of 255 from Reager, which is {far:.1f} from the photo; saved with its note'

def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--screenshot', type=Path)
    args = parser.parse_args()
    chromium = shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')
    if not chromium or not shutil.which('npm'): return print('Not driven: there is no Chromium or no npm here.')
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for file in ('index.html', 'package.json', 'serve.py', '.npmrc'): shutil.copy(web/file, folder)
        if subprocess.run(['npm', 'install', '--silent', '--no-audit', '--no-fund'], cwd=folder, capture_output=True).returncode: return print('Not driven: npm could not fetch onnxruntime-web.')
        export_onnx(None, folder/'face.onnx')
        with cbook.get_sample_data('grace_hopper.jpg') as f: (folder/'photo.jpg').write_bytes(f.read())
        server = subprocess.Popen([sys.executable, folder/'serve.py', '0'], stdout=subprocess.PIPE, text=True)
        try:
            with sync_playwright() as p:
                browser, address, elsewhere = p.chromium.launch(executable_path=chromium, args=['--no-sandbox']), server.stdout.readline().strip(), []
                page = browser.new_page(viewport=dict(width=800, height=1000))
                page.on('request', lambda r: r.method == 'GET' and r.url.startswith((address, 'blob:', 'data:')) or elsewhere.append(r.url))
                page.goto(address)
                try:
                    for line in drive(page, folder/'photo.jpg', folder): print(line, flush=True)
                finally:
                    if args.screenshot: page.screenshot(path=args.screenshot)
                assert not elsewhere, f'the page sent something to {elsewhere}'
                browser.close()
        finally:
            server.terminate(); server.wait()

if __name__ == '__main__': main()
