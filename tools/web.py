"""The page of `web/` in a real browser: headless Chromium opens photos as `reaging app` serves them, moves the slider, saves.

Prints what it measured; `--screenshots FOLDER` keeps pictures of the page. Says so and ends well where there is no Chromium;
what needs npm (axe-core, and whether `web/ort` is what npm has) is left out where there is none."""
import argparse, gzip, os, shutil, subprocess, sys, tempfile, time
from pathlib import Path
import matplotlib.cbook as cbook, numpy as np
from PIL import Image, ImageOps
from skimage import data
from browser import chromium

root = Path(__file__).resolve().parents[1]
web, runtime = root/'web', ('ort.wasm.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm')

def photos(folder):
    "A photo of twelve megapixels with two faces, and one that a camera turned."
    hopper, collins = Image.open(cbook.get_sample_data('grace_hopper.jpg')).convert('RGB'), Image.fromarray(data.astronaut())
    two = Image.new('RGB', (4000, 3000), (120, 130, 140))
    two.paste(hopper.resize((1950, 2285), Image.Resampling.LANCZOS), (0, 400))
    two.paste(collins.resize((2000, 2000), Image.Resampling.LANCZOS), (2000, 600))
    two.save(folder/'two.png', compress_level=1)
    exif = Image.Exif()
    exif[0x0112], exif[0x010f] = 6, 'A camera'
    hopper.transpose(Image.Transpose.ROTATE_90).save(folder/'turned.jpg', quality=95, exif=exif)
    return folder/'two.png', folder/'turned.jpg'

def until(page, script, seconds=120):
    "Wait until JavaScript says true; the page's policy forbids what Playwright would do itself."
    start = time.perf_counter()
    while not page.evaluate(script):
        if time.perf_counter() - start > seconds: raise AssertionError(f'not so after {seconds} s: {script}')
        page.wait_for_timeout(10)
    return time.perf_counter() - start

def pixels(file): return np.asarray(Image.open(file).convert('RGB'), int)

MOVE = """async () => {
  const slider = document.getElementById('to'), moves = [], frames = []
  for (let i = 0, last; i < 50; i++) {
    const start = performance.now()
    slider.value = 20 + i
    slider.dispatchEvent(new Event('input'))
    moves.push(performance.now() - start)
    const shown = await new Promise(requestAnimationFrame)
    if (last) frames.push(shown - last)
    last = shown
  }
  return [moves, frames]
}"""

def save(page, kind, to):
    page.locator('#kind').select_option(kind)
    with page.expect_download(timeout=120_000) as download: page.locator('#save').click()
    download.value.save_as(to)
    return to

def two_faces(page, photo, folder):
    "Found without a click, moved, saved, and compared with `Reager`; yields what was found."
    import torch
    from reaging import Reager
    from reaging.pictures.faces import uncrop
    from reaging.using.reager import lay_over
    page.locator('#file').set_input_files(photo)
    seconds = until(page, "document.getElementById('computed').value > 0")
    yield f'first preview {seconds:.1f} s after the drop of 12 megapixels, {page.evaluate("crossOriginIsolated ? navigator.hardwareConcurrency : 1")} cores'
    assert page.locator('.face').count() == 2, page.locator('#say').text_content()
    until(page, "document.getElementById('computed').hidden")
    moves, frames = page.evaluate(MOVE)
    print(*(f'{ms:.1f}' for ms in moves), 'ms')
    yield (f'{np.median(moves):.1f} ms a move of the slider (median of 50; {np.percentile(moves, 95):.1f} at the 95th percentile), '
           f'{np.median(frames):.0f} ms from picture to picture on the screen')
    assert np.median(moves) <= 16 and np.percentile(moves, 95) <= 50
    targets = [30., 75.]
    for face, age in zip(page.locator('.face').all(), targets):
        face.click()
        page.locator('#to').fill(f'{age:g}')
    known = [float(field.input_value()) for field in page.locator('#faces input').all()]
    saved = save(page, 'png', folder/'saved.png')
    reager = Reager()
    portrait = reager.open(photo, known)
    deltas = torch.stack([reager.deltas(portrait, age)[i] for i, age in enumerate(targets)])
    before, after, expected = pixels(photo), pixels(saved), np.asarray(lay_over(portrait.image, deltas, portrait.matrices), int)
    mask = np.zeros(before.shape[:2], bool)
    for one, matrix in zip(portrait.masks, portrait.matrices):
        (left, top, right, bottom), there = uncrop(one[None], matrix, portrait.image.size)
        mask[top:bottom, left:right] |= there[0, 0].numpy() > 0
    mask[1:-1, 1:-1] |= mask[2:, 1:-1] | mask[:-2, 1:-1] | mask[1:-1, 2:] | mask[1:-1, :-2] # its place may differ by part of a pixel
    near, far, outside = np.abs(after - expected)[mask].mean(), np.abs(before - expected)[mask].mean(), np.abs(after - before)[~mask]
    yield f'in the faces {near:.2f} of 255 from Reager, which is {far:.1f} from the photo; outside at most {outside.max()}'
    assert near <= 2 < far and outside.max() == 0
    text = saved.read_bytes()
    assert b'compositeWithTrainedAlgorithmicMedia' in text and b'TargetAge="30, 75"' in text, 'the file says nothing of AI'

def show(page, photo):
    "Choose a photo, and wait for its one face and all the ages."
    page.evaluate("document.getElementById('faces').replaceChildren()") # of the photo before
    page.locator('#file').set_input_files(photo)
    until(page, "document.getElementById('faces').children.length == 1 && document.getElementById('computed').hidden")

def turned(page, photo, folder):
    "A JPEG keeps what the camera noted, upright; the keyboard moves the slider; other weights are taken, nonsense is not."
    show(page, photo)
    slider = page.locator('#to')
    slider.focus()
    page.keyboard.press('Home')
    page.keyboard.press('ArrowRight')
    assert slider.input_value() == page.locator('#shown').text_content() == str(int(slider.get_attribute('min')) + 1)
    image = Image.open(save(page, 'jpg', folder/'saved.jpg'))
    assert image.size == (512, 600) and image.getexif()[0x0112] == 1 and image.getexif()[0x010f] == 'A camera'
    assert b'compositeWithTrainedAlgorithmicMedia' in (folder/'saved.jpg').read_bytes()
    until(page, "document.getElementById('say').textContent.includes('saved')")
    (folder/'no.onnx').write_bytes(b'nothing')
    for file, answer in ((folder/'no.onnx', 'not a network'), (next(folder.glob('cache/reaging/*/face.onnx')), 'in use')):
        page.locator('#network').set_input_files(file)
        until(page, f"document.getElementById('say').textContent.includes('{answer}')")
    yield 'JPEG saved upright, with its EXIF and its note; other weights read'

NOTE = b'compositeWithTrainedAlgorithmicMedia'

def albums(page, photo, folder):
    "WebP with EXIF, a strip and a film, each with its note."
    show(page, photo)
    page.locator('#to').fill('30')
    webp, strip, film = (save(page, kind, folder/f'saved.{kind}') for kind in ('webp', 'strip', 'film'))
    assert all(NOTE in file.read_bytes() for file in (webp, strip, film)), 'a file says nothing of AI'
    image = Image.open(webp)
    assert image.format == 'WEBP' and image.size == (512, 600) and image.getexif()[0x010f] == 'A camera' and image.info['xmp']
    assert np.abs(pixels(webp) - pixels(save(page, 'png', folder/'saved.png'))).mean() < 2, 'WebP and PNG are not the same picture'
    strip, film = Image.open(strip), Image.open(film)
    faces = [np.asarray(strip, int)[:-50, i * strip.width // 7:(i+1) * strip.width // 7 - 1] for i in range(7)]
    assert strip.format == 'JPEG' and all(np.abs(a - b).mean() > .5 for a, b in zip(faces, faces[1:]))
    assert film.format == 'GIF' and film.n_frames == 40 and film.info['loop'] == 0
    frames = [np.asarray(film.convert('RGB'), int) for i in (0, 20, 39) if film.seek(i) is None]
    assert np.abs(frames[0] - frames[1]).mean() > 2 * np.abs(frames[0] - frames[2]).mean() > 0, 'the film does not run forth and back'
    yield f'WebP with EXIF; a strip of {strip.width} x {strip.height} pixels; a film of {film.n_frames} frames, {film.width} x {film.height} pixels, {(folder/"saved.film").stat().st_size/1e6:.1f} MB'

def painted(page, photo, folder):
    "What the brush goes over gets the brush's age, the rest stays; also by keyboard."
    show(page, photo)
    page.locator('summary').click()
    page.locator('#paint').click()
    page.locator('#to').fill('20')
    page.locator('#view').scroll_into_view_if_needed()
    box, most = page.locator('#view').bounding_box(), np.array([512, 600])
    (x, y), (u, v) = ([int(box[k] + box[s] * at) for k, s, at in (('x', 'width', a), ('y', 'height', b))] for a, b in ((.42, .36), (.58, .42)))
    page.mouse.move(x, y); page.mouse.down(); page.mouse.move(u, v, steps=10); page.mouse.up()
    after = pixels(save(page, 'png', folder/'painted.png'))
    page.locator('#clear').click()
    page.locator('#view').focus()
    for key in ('ArrowUp', 'ArrowLeft', ' '): page.keyboard.press(key)
    assert page.locator('#undo').is_enabled(), 'the space bar does not paint'
    page.locator('#undo').click()
    assert page.locator('#undo').is_disabled() and page.locator('#save').is_disabled()
    page.locator('#paint').click()
    page.locator('#to').fill('80'); page.locator('#to').fill('20')
    whole, before = pixels(save(page, 'png', folder/'whole.png')), np.asarray(ImageOps.exif_transpose(Image.open(photo)).convert('RGB'), int)
    scale, radius = most / [box['width'], box['height']], .06 * most.min()
    a, b = ((np.array(p) - [box['x'], box['y']]) * scale for p in ((x, y), (u, v)))
    points = np.stack(np.meshgrid(np.arange(most[0]), np.arange(most[1])), -1) + .5 - a
    far = np.linalg.norm(points - np.clip(points @ (b - a) / ((b - a) @ (b - a)), 0, 1)[..., None] * (b - a), axis=-1)
    inside, outside = far < .4 * radius, far > 1.2 * radius + 4
    near, change, beyond = np.abs(after - whole)[inside].mean(), np.abs(before - whole)[inside].mean(), np.abs(after - before)[outside].max()
    yield f'below the brush {near:.2f} of 255 from the slider, which is {change:.1f} from the photo; elsewhere at most {beyond}'
    assert near < 1 < change and beyond <= 3 # the browser and Pillow decode JPEG differently
    assert NOTE in (folder/'painted.png').read_bytes() and b'20 to 20, painted' in (folder/'painted.png').read_bytes()

def hard(page, photo, folder):
    "Faces in the dark, on their side, and a tiny one in a large picture."
    image, size = ImageOps.exif_transpose(Image.open(photo)).convert('RGB'), (512, 600)
    middle = np.array([250, 205]) # of the face
    tiny = Image.new('RGB', (3000, 2400), (120, 130, 140))
    tiny.paste(image.resize((102, 120)), (2000, 1500))
    for name, one, where in (('dark', image.point(lambda v: v // 16), middle), ('on its side', image.transpose(Image.Transpose.ROTATE_90), [middle[1], size[0] - middle[0]]),
                             ('tiny', tiny, middle / 5 + [2000, 1500])):
        one.save(file := folder/f'{name}.png', compress_level=1)
        show(page, file)
        style = page.locator('.face').evaluate('({style}) => ["left", "top", "width", "height"].map(x => parseFloat(style[x]) / 100)')
        found = (np.array(style[:2]) + np.array(style[2:]) / 2) * one.size
        assert np.abs(found - where).max() < (60 if name != 'tiny' else 12), f'{name}: a face at {found}, not {where}'
    yield 'faces found in the dark, on their side, and 25 pixels wide'

def accessible(page, axe):
    "axe-core finds nothing serious, light and dark."
    for scheme in ('light', 'dark'):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(axe.read_text(encoding='utf-8'))
        found = page.evaluate('axe.run()')
        assert len(found['passes']) > 10
        serious = [f"{v['id']}: {v['nodes'][0]['html']}" for v in found['violations'] if v['impact'] in ('serious', 'critical')]
        assert not serious, serious
    page.emulate_media(color_scheme='light')

def screenshots(page, folder, name):
    for size in ((1000, 900), (360, 740)):
        page.set_viewport_size(dict(width=size[0], height=size[1]))
        assert page.evaluate('document.documentElement.scrollWidth') <= size[0], f'too wide for {size[0]} pixels'
        for scheme in ('light', 'dark'):
            page.emulate_media(color_scheme=scheme)
            if folder: page.screenshot(path=folder/f'{name}_{size[0]}_{scheme}.png', full_page=True)
    page.set_viewport_size(dict(width=1000, height=900))

def npm(folder):
    "axe-core's file, or None; and what `web` has from npm is what npm has."
    if not shutil.which('npm'): return print('No npm here: axe-core was left out.')
    for name in ('package.json', '.npmrc'): shutil.copy(web/name, folder)
    if subprocess.run(['npm', 'install', '--silent', '--no-audit', '--no-fund'], cwd=folder, capture_output=True).returncode: return print('npm could not fetch axe-core: it was left out.')
    for name in runtime:
        ours = web/'ort'/name
        ours = ours.read_bytes() if ours.exists() else gzip.decompress(ours.with_name(f'{name}.gz').read_bytes())
        assert ours == (folder/'node_modules/onnxruntime-web/dist'/name).read_bytes(), f'web/ort/{name} is not that of npm: cd web && npm install && npm run runtime'
    assert (web/'gif/gifenc.esm.js').read_bytes() == (folder/'node_modules/gifenc/dist/gifenc.esm.js').read_bytes(), 'web/gif is not what npm has'
    return folder/'node_modules/axe-core/axe.min.js'

def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--screenshots', type=Path)
    args = parser.parse_args()
    with chromium() as browser:
        if browser: drive(browser, args.screenshots)

def drive(browser, shots):
    "All of it, and then offline."
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        two, jpeg = photos(folder)
        axe = npm(folder)
        server = subprocess.Popen([sys.executable, '-m', 'reaging.cli', 'app', jpeg, '--no-browser', '--port', '0'], stdout=subprocess.PIPE, text=True,
                                  env=os.environ | dict(XDG_CACHE_HOME=str(folder/'cache')))
        try:
            address = server.stdout.readline().split()[0]
            base, asked = address.partition('?')[0], []
            context = browser.new_context(viewport=dict(width=1000, height=900), locale='en-GB')
            context.on('request', lambda r: asked.append((r.method, r.url)))
            page = context.new_page()
            page.goto(base)
            until(page, "document.getElementById('say').textContent == ''")
            screenshots(page, shots, 'empty')
            if axe: accessible(page, axe)
            for act, photo in ((two_faces, two), (turned, jpeg), (albums, jpeg), (painted, jpeg), (hard, jpeg)):
                for line in act(page, photo, folder): print(line, flush=True)
                screenshots(page, shots, act.__name__)
                if axe: accessible(page, axe)
            page.goto(address) # with the photo of the command line
            until(page, "document.getElementById('faces').children.length == 1")
            assert context.cookies() == []
            server.terminate(); server.wait() # offline
            page.goto(base)
            page.locator('#example').click()
            until(page, "document.getElementById('computed').value > 0")
            print('works offline after the first visit')
            elsewhere = [r for r in asked if r[0] != 'GET' or not r[1].startswith((base, f'blob:{base}'))]
            assert not elsewhere, f'the page asked for {elsewhere}'
        finally:
            server.terminate(); server.wait()

if __name__ == '__main__': main()
