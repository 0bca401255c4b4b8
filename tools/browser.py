"""The tutorial `age_slider` in a real browser: Voila and JupyterLab serve it, headless Chromium moves the sliders and paints.

Prints what it measured; `--screenshot FILE` keeps a picture of the page. Says so and ends well where there is no Chromium."""
import argparse, io, json, shutil, socket, subprocess, sys, tempfile, time
from contextlib import contextmanager
from pathlib import Path
import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

notebook = Path(__file__).resolve().parents[1]/'nbs/tutorials/age_slider.ipynb'

@contextmanager
def chromium():
    "A headless Chromium, or None where there is none, which it says."
    path = shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')
    if not path: print('Not driven: there is no Chromium here.')
    with sync_playwright() as p: yield path and p.chromium.launch(executable_path=path, args=['--no-sandbox'])

def changed(page, image, act, seconds=20):
    "Do `act`, and return the milliseconds until the picture in the browser is another one."
    before, start = image.get_attribute('src'), time.perf_counter()
    act()
    while image.get_attribute('src') == before:
        if time.perf_counter() - start > seconds: raise AssertionError('the picture did not change')
        page.wait_for_timeout(5)
    return 1000 * (time.perf_counter() - start)

def pixels(image): return np.asarray(Image.open(io.BytesIO(image.screenshot())).convert('RGB'), int)

def drive(page):
    "What a user would do with the page; yields what was found."
    page.wait_for_selector('.reaging-age .noUi-handle', timeout=120_000)
    slider, image, view = (page.locator(f'.reaging-{name}').first for name in ('age', 'picture', 'view'))
    image = page.locator('img.reaging-picture').first
    page.wait_for_timeout(3000) # until the ages in the background are there
    handle, at_77 = slider.locator('.noUi-handle'), pixels(image)
    handle.focus()
    moves = [changed(page, image, lambda: page.keyboard.press('ArrowLeft')) for _ in range(20)]
    yield f'{np.median(moves):.0f} ms from a key to the new picture (median of {len(moves)} moves)'
    changed(page, image, lambda: page.keyboard.press('Home'))
    page.wait_for_timeout(500)
    assert 1 < np.abs(pixels(image) - at_77).mean() < 60, 'the youngest face looks like the photo'
    width = image.bounding_box()['width']
    changed(page, image, lambda: view.get_by_text('Wipe').click())
    page.wait_for_timeout(500)
    half = pixels(image).shape[1] // 2
    assert np.abs(pixels(image) - at_77)[:, :half - 4].mean() < 1, 'left of the line is not the photo'
    changed(page, image, lambda: view.get_by_text('Side by side').click())
    page.wait_for_timeout(500)
    assert image.bounding_box()['width'] > 1.5 * width or pixels(image).shape[1] > 1.5 * pixels(image).shape[0]
    page.get_by_role('button', name='Picture').first.click()
    with page.expect_download() as download: page.locator('a.reaging-file').first.click()
    assert b'compositeWithTrainedAlgorithmicMedia' in Path(download.value.path()).read_bytes(), 'the file says nothing of AI'
    yield f'{download.value.suggested_filename} downloaded, with its note'
    painted, canvas = page.locator('img.reaging-painted'), page.locator('.reaging-canvas')
    canvas.scroll_into_view_if_needed()
    page.locator('.noUi-handle').nth(-2).focus() # the brush's age; the last is its width
    page.keyboard.press('Home')
    page.wait_for_timeout(500)
    box, before = canvas.bounding_box(), pixels(painted)
    def stroke():
        x, y = box['x'] + box['width'] * .4, box['y'] + box['height'] * .4
        page.mouse.move(x, y); page.mouse.down(); page.mouse.move(x + box['width'] * .2, y, steps=8); page.mouse.up()
    ms = changed(page, painted, stroke)
    page.wait_for_timeout(500)
    assert np.abs(pixels(painted) - before).max() > 20, 'the brush changed nothing'
    yield f'{ms:.0f} ms from a stroke of the brush to the new face'

def command(app, port, folder):
    "How to start `voila` or `jupyterlab`, and the notebook's address below it."
    if app == 'voila': return ['-m', 'voila', notebook, f'--port={port}', '--no-browser', '--Voila.ip=127.0.0.1'], ''
    nb = json.loads(notebook.read_text(encoding='utf-8'))
    nb['metadata']['kernelspec'] = dict(name='python3', display_name='Python 3 (ipykernel)', language='python') # or it asks
    (Path(folder)/notebook.name).write_text(json.dumps(nb), encoding='utf-8') # a copy, as it saves what it shows
    return ['-m', 'jupyterlab', f'--port={port}', '--no-browser', '--ip=127.0.0.1', '--allow-root', '--IdentityProvider.token=',
            f'--ServerApp.root_dir={folder}', f'--LabApp.user_settings_dir={folder}/settings', f'--LabApp.workspaces_dir={folder}/work'], f'/lab/tree/{notebook.name}'

def run_all(page):
    "Run the notebook in JupyterLab."
    page.get_by_text('Python 3 (ipykernel) | Idle').wait_for(timeout=120_000)
    page.get_by_role('menuitem', name='Run', exact=True).click()
    page.get_by_text('Run All Cells', exact=True).click()

def serve(app, browser, screenshot):
    "Drive the notebook in one of the two."
    with socket.socket() as s: s.bind(('127.0.0.1', 0)); port = s.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        words, path = command(app, port, folder)
        server = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            page = browser.new_page(viewport=dict(width=1200, height=2400))
            page.route('**/*', lambda route: route.continue_() if f'127.0.0.1:{port}' in route.request.url or route.request.url.startswith(('data:', 'blob:')) else route.abort()) # nothing from elsewhere
            for _ in range(100):
                try: page.goto(f'http://127.0.0.1:{port}{path}', timeout=120_000); break
                except Exception: time.sleep(.3) # until it listens
            if app == 'jupyterlab': run_all(page)
            try:
                for line in drive(page): print(f'{app}: {line}', flush=True)
            finally:
                if screenshot: page.screenshot(path=screenshot.with_stem(f'{screenshot.stem}_{app}'))
            page.close()
        finally:
            server.terminate(); server.wait()

def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--screenshot', type=Path)
    args = parser.parse_args()
    with chromium() as browser:
        for app in ('voila', 'jupyterlab') if browser else (): serve(app, browser, args.screenshot)

if __name__ == '__main__': main()
