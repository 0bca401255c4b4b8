"""How many faces are found where finding is hard: pictures turned, reduced, cropped, darkened, grey and half covered.

    python tools/hard_faces.py PICTURES --n 80

The faces found in the pictures as they are count as the truth. Prints, for each kind of change, the share of
pictures whose largest face is found again, the distance of its landmarks in parts of the distance between the
eyes, finds where there is no face, and seconds of computing a picture. `--show FOLDER` writes what was missed, to be looked at."""
import argparse, random, time, warnings
from pathlib import Path
import numpy as np
from PIL import Image, ImageDraw
from reaging.pictures.faces import find_faces
from reaging.pictures.files import open_picture

BICUBIC = Image.Resampling.BICUBIC

def moved(image, matrix, size, fill=(110, 110, 110)):
    "The picture under `(2,3)` `matrix`, from its pixels to those of the result."
    back = np.linalg.inv(np.vstack([matrix, [0, 0, 1]]))[:2]
    return image.transform(size, Image.Transform.AFFINE, tuple(back.ravel()), BICUBIC, fillcolor=fill), matrix

def turned(image, face, degrees):
    "Turned to the left, with the whole picture still in it."
    w, h = image.size
    if degrees % 90 == 0: # without resampling
        turn = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}[degrees]
        matrix = {90: [[0, 1, 0], [-1, 0, w]], 180: [[-1, 0, w], [0, -1, h]], 270: [[0, -1, h], [1, 0, 0]]}[degrees]
        return image.transpose(turn), np.array(matrix, float)
    a = np.deg2rad(degrees)
    rotate = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    corners = rotate @ np.array([[0, w, 0, w], [0, 0, h, h]])
    low, high = corners.min(1), corners.max(1)
    return moved(image, np.c_[rotate, -low], tuple(np.ceil(high - low).astype(int)))

def tiny(image, face, size=(3840, 2160)):
    "Reduced until the eyes are 12 pixels apart, somewhere in a frame of 4K."
    scale = 12 / np.hypot(*(face.landmarks[1] - face.landmarks[0]))
    small = image.resize([max(1, round(s * scale)) for s in image.size], Image.Resampling.LANCZOS)
    noise = np.random.default_rng(0).integers(60, 190, (9, 16, 3), dtype=np.uint8)
    frame = Image.fromarray(noise).resize(size, BICUBIC) # soft colours
    at = [round((f - s) * .3) for f, s in zip(size, small.size)]
    frame.paste(small, at)
    sx, sy = (a / b for a, b in zip(small.size, image.size))
    return frame, np.array([[sx, 0, at[0]], [0, sy, at[1]]])

def tight(image, face):
    "Cut from the brows to the chin."
    left, right, _, *corners = face.landmarks
    eyes, mouth = (left + right) / 2, sum(corners) / 2
    apart, down = np.hypot(*(right - left)), mouth - eyes
    box = np.array([eyes[0] - apart, min(left[1], right[1]) - .35*apart, eyes[0] + apart, mouth[1] + .55*np.hypot(*down)])
    box[:2], box[2:] = np.floor(box[:2].clip(0)), np.ceil(np.minimum(box[2:], image.size))
    return image.crop(tuple(box.astype(int))), np.array([[1, 0, -box[0]], [0, 1, -box[1]]])

def dark(image, face): return image.point(lambda v: v * .12), np.eye(2, 3)
def grey(image, face): return image.convert('L').convert('RGB'), np.eye(2, 3)

def covered(image, face):
    "The lower half behind a mask: everything below the middle of the nose."
    left, right, nose, *corners = face.landmarks
    eyes, mouth = (left + right) / 2, sum(corners) / 2
    across, down = right - left, mouth - eyes
    top = eyes + .45*down
    points = [top - 1.1*across, top + 1.1*across, top + 1.1*across + 1.6*down, top - 1.1*across + 1.6*down]
    image = image.copy()
    ImageDraw.Draw(image).polygon([tuple(p) for p in points], fill=(120, 160, 190))
    return image, np.eye(2, 3)

def beside(image, face):
    "The left half behind something."
    left, right, nose, *corners = face.landmarks
    eyes, mouth = (left + right) / 2, sum(corners) / 2
    across, down = right - left, mouth - eyes
    points = [eyes - 1.6*across - 1.2*down, eyes - 1.2*down, mouth + down, mouth - 1.6*across + down]
    image = image.copy()
    ImageDraw.Draw(image).polygon([tuple(p) for p in points], fill=(70, 60, 50))
    return image, np.eye(2, 3)

CHANGES = {'as it is': lambda image, face: (image, np.eye(2, 3)), **{f'turned {d}': (lambda image, face, d=d: turned(image, face, d)) for d in (30, -30, 90, 180, 270)},
           'eyes 12 px apart': tiny, 'brows to chin': tight, 'dark': dark, 'grey': grey, 'lower half covered': covered, 'left half covered': beside}

def same(landmarks, other): # within half the distance between the eyes
    return np.hypot(*(landmarks.mean(0) - other.mean(0))) < .5 * np.hypot(*(other[1] - other[0]))

def measure(files, changes, show=None, search=find_faces):
    "Rows of figures, one for each change."
    truth, rows = [], []
    for file in files:
        image = open_picture(file).convert('RGB')
        if found := search(image): truth.append((file, found))
    for name in changes:
        hits, errors, false, seconds = 0, [], 0, 0
        for file, known in truth:
            image, matrix = CHANGES[name](open_picture(file).convert('RGB'), known[0])
            expected = [f.landmarks @ matrix[:, :2].T + matrix[:, 2] for f in known]
            start = time.process_time()
            found = search(image)
            seconds += time.process_time() - start
            match = next((f for f in found if same(f.landmarks, expected[0])), None)
            astray = [f for f in found if not any(same(f.landmarks, e) for e in expected)]
            hits, false = hits + bool(match), false + len(astray)
            if match: errors.append(np.hypot(*(match.landmarks - expected[0]).T).mean() / np.hypot(*(expected[0][1] - expected[0][0])))
            if show and (not match or astray):
                picture = image.copy(); draw = ImageDraw.Draw(picture)
                for f in found: draw.rectangle([float(v) for v in f.box], outline='red', width=max(2, image.width // 300))
                picture.thumbnail((900, 900)); picture.save(show/f'{name} {file.stem}.jpg')
        n = len(truth)
        rows.append((name, hits / n, np.median(errors) if errors else np.nan, np.quantile(errors, .95) if errors else np.nan, np.mean(np.array(errors) < .03) if errors else 0, false, seconds / n))
        print(f'{name:20} found {rows[-1][1]:6.1%}  off by {rows[-1][2]:6.2%} (median) {rows[-1][3]:6.2%} (95 %), within 3 %: {rows[-1][4]:6.1%}  false {false:3} of {n}  {rows[-1][6]:.2f} s', flush=True)
    return rows

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('pictures', type=Path)
    parser.add_argument('--n', type=int, default=80, help='pictures drawn by chance (default: %(default)s)')
    parser.add_argument('--only', help='a change, or several with commas')
    parser.add_argument('--show', type=Path, help='folder for pictures of what was missed or wrongly found')
    args = parser.parse_args()
    warnings.simplefilter('ignore')
    if args.show: args.show.mkdir(parents=True, exist_ok=True)
    files = sorted(args.pictures.glob('*.jpg'))
    files = random.Random(0).sample(files, min(args.n, len(files)))
    measure(files, args.only.split(',') if args.only else CHANGES, args.show)

if __name__ == '__main__': main()
