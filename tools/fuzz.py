"""Files that are broken by chance: each must be read, or refused with a sentence. No traceback, no code that runs, bounded memory.

    python tools/fuzz.py                 # a short run, as in `make test`
    python tools/fuzz.py --times 10000   # the long one, by hand

Every broken file is a function of the seed, so what is found can be made again: `--only pictures --seed 7`.

The long run of November 2026 (seed 0): of 10,000 pictures 5,791 were read, of 303 films 153, of 303 folders all, of
1,000 checkpoints none; all others were refused in a sentence."""
import argparse, io, json, os, pickle, random, resource, sys, tempfile, time, warnings, zipfile
from pathlib import Path
import numpy as np, torch
from PIL import Image

GIGABYTES = 4 # of memory; more ends it

def broken(data, rng):
    "A file with some of its bytes lost, changed, doubled or moved."
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 5, 30])):
        if not data: break
        at, length = rng.randrange(len(data)), rng.choice([1, 2, 4, 40, 400])
        way = rng.randrange(5)
        if way == 0: data[at] ^= 1 << rng.randrange(8)
        elif way == 1: data[at:at + length] = rng.randbytes(length)
        elif way == 2: del data[at:at + length]
        elif way == 3: data[at:at] = data[at:at + length]
        else: data[at:at + 4] = rng.choice([b'\xff\xff\xff\xff', b'\0\0\0\0', b'\x7f\xff\xff\xff', b'\0\0\0\1'])
    return bytes(data[:rng.randrange(1, len(data) + 1)] if rng.random() < .2 else data)

def pictures(rng, folder):
    "One of twelve formats."
    from reaging.pictures.files import PictureError, open_picture
    kind, mode = rng.choice([('JPEG', 'RGB'), ('JPEG', 'CMYK'), ('PNG', 'RGBA'), ('PNG', 'I;16'), ('GIF', 'P'), ('WEBP', 'RGB'), ('BMP', 'RGB'),
                             ('TIFF', 'RGB'), ('TIFF', 'F'), ('AVIF', 'RGB'), ('JPEG2000', 'RGB'), ('TGA', 'RGB'), ('PPM', 'RGB'), ('ICO', 'RGBA'), ('MPO', 'RGB')])
    colours = np.random.default_rng(rng.randrange(10**6)).integers(0, 255, (40, 32, 3), dtype=np.uint8)
    image = Image.fromarray(colours).resize((64, 80))
    image = Image.fromarray(np.asarray(image.convert('L')).astype(np.uint16) * 257) if mode == 'I;16' else image.convert(mode)
    more = dict(save_all=True, append_images=[image.rotate(9)]) if kind in ('GIF', 'MPO') else {}
    image.save(file := io.BytesIO(), kind, **more)
    try: return open_picture(f'{kind}.x', broken(file.getvalue(), rng), notes=[]).size
    except PictureError as e: return str(e)

class Evil: # a pickle that makes a file when it is read
    def __reduce__(self): return os.mkdir, (str(Evil.mark),)

def checkpoints(rng, folder):
    "Safetensors and pickles: truncated, with wrong shapes, a changed header, a million names, with code."
    from reaging.systems.checkpoints import load_weights
    Evil.mark, file = folder/'code ran', folder/'weights.pth'
    way = 4 if rng.random() < .01 else rng.randrange(4)
    if way == 4: # a million names, as a pickle or as safetensors
        one, names = torch.zeros(1), range(rng.choice([1000, 100_000, 1_000_000]))
        if rng.random() < .5: torch.save(dict.fromkeys((f'layer.{i}' for i in names), one), file)
        else:
            file = folder/'weights.safetensors'
            header = json.dumps({f'layer.{i}': dict(dtype='F32', shape=[0], data_offsets=[0, 0]) for i in names}).encode()
            file.write_bytes(len(header).to_bytes(8, 'little') + header)
    elif way == 3: # the package's own, with another header
        from reaging.systems.checkpoints import default_weights
        file, data = folder/'weights.safetensors', default_weights().read_bytes()
        end = 8 + int.from_bytes(data[:8], 'little')
        header = broken(data[8:end], rng)
        file.write_bytes(len(header).to_bytes(8, 'little') + header + data[end:])
    elif way == 0:
        from safetensors.torch import save
        file = folder/'weights.safetensors'
        file.write_bytes(broken(save({'a': torch.zeros(3, 4)}, metadata={'system': 'fran', 'size': '128'}), rng))
    else:
        content = Evil() if way == 1 else {f'down.{i}.weight': torch.zeros(rng.randrange(1, 9), 3) for i in range(rng.randrange(1, 50))}
        if rng.random() < .5: torch.save(content, file)
        else: file.write_bytes(pickle.dumps(content))
        if way == 2: file.write_bytes(broken(file.read_bytes(), rng))
    try: load_weights(file); said = 'it was read'
    except (ValueError, OSError) as e: said = str(e)
    if Evil.mark.exists(): raise RuntimeError('A checkpoint ran code.')
    return said

def films(rng, folder):
    "A film of ten frames."
    from reaging.using.film import Film, FilmError
    import av
    av.logging.set_level(None)
    source = folder/f'film{(suffix := rng.choice([".mp4", ".mkv", ".avi"]))}'
    if not source.exists():
        with av.open(str(source), 'w') as film:
            video = film.add_stream('mpeg4', rate=10)
            video.width, video.height, video.pix_fmt = 64, 64, 'yuv420p'
            for i in range(10): film.mux(video.encode(av.VideoFrame.from_ndarray(np.full((64, 64, 3), 20*i, np.uint8), format='rgb24')))
            film.mux(video.encode())
    bad = folder/f'bad{suffix}'
    bad.write_bytes(broken(source.read_bytes(), rng))
    try:
        with Film(bad) as film: return sum(1 for _, frame in zip(range(1000), film.frames()))
    except FilmError as e: return str(e)

def folders(rng, folder):
    "A folder of training data with names by chance, and a table."
    from reaging.data.pairs import read_matrix
    from reaging.data.unpaired import read_ages
    data = folder/f'data{rng.randrange(10**9)}'
    parts = ['20', '007', '65', 'ann', 'ID', '3', '110', '111', '_', '-', 'é', '照', ' ', '.', 'a_b', '1_0_2_20170116174525125']
    for _ in range(rng.randrange(1, 12)):
        file = data/'/'.join(''.join(rng.choices(parts, k=rng.randrange(1, 4))).strip('. ') or 'x' for _ in range(rng.randrange(1, 4)))
        file = file.with_name(file.name + rng.choice(['.jpg', '.PNG', '.jpg.chip.jpg', '.txt']))
        try: file.parent.mkdir(parents=True, exist_ok=True); file.touch()
        except OSError: continue # a file is where a folder should be
    data.mkdir(exist_ok=True)
    if rng.random() < .5: (data/'list.csv').write_bytes(broken(b'file,age,person\r\nsub\\a.jpg,"34,5",ann\r\nb.jpg,20-29,bea\r\n', rng))
    said = []
    for read in (read_matrix, read_ages):
        try: said.append(len(read(data)))
        except (ValueError, OSError) as e: said.append(str(e))
    return said

KINDS = dict(pictures=pictures, checkpoints=checkpoints, films=films, folders=folders)

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--times', type=int, default=60, help='pictures; a tenth of them checkpoints, and a thirtieth films and folders (default: %(default)s)')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--only', choices=list(KINDS))
    args = parser.parse_args()
    warnings.simplefilter('ignore')
    resource.setrlimit(resource.RLIMIT_DATA, (GIGABYTES * 2**30,) * 2)
    failed = 0
    for name, shares in dict(pictures=1, checkpoints=10, films=33, folders=33).items():
        if args.only not in (None, name): continue
        start, n, read = time.time(), max(3, args.times // shares), 0
        with tempfile.TemporaryDirectory() as folder:
            for i in range(n):
                rng = random.Random(f'{name} {args.seed + i}')
                try: read += not isinstance(KINDS[name](rng, Path(folder)), str)
                except Exception as e: # anything that is not a sentence
                    failed += 1
                    print(f'{name} {args.seed + i}: {type(e).__name__}: {e}', file=sys.stderr)
        print(f'{n} {name}: {read} read, the others refused in a sentence; {time.time() - start:.0f} s')
    sys.exit(f'{failed} were neither read nor refused in a sentence.' if failed else 0)

if __name__ == '__main__': main()
