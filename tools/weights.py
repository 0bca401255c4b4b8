"""The whole recipe for weights as the package's: `python tools/weights.py`, about 90 minutes on two cores. Stopped and started again, it goes on. What it makes is in runs/weights; to ship it, copy its fran.safetensors to reaging/weights. MODEL_CARD.md says how it compares with what is shipped now."""
import csv, json, os, shutil, subprocess, sys
from pathlib import Path
import torch
from reaging.cli import main

SHARED = Path(os.environ.get('REAGING_SHARED', '../shared'))/'data'
WORK = Path('runs/weights')
HELD_PEOPLE, HELD_NUMBERS = 'seed0008,seed0009', '79' # SAM's people, and last digits of portraits, that no training sees
OLD = 'female_034' # whose lines are grafted, and between which two pictures the years lie that are: choices by eye
TWINS = [SHARED/f'sam-aged/aged_images/{age}_seed0006.jpg' for age in (33, 83)]

STEPS = (2, 2) if 'REAGING_QUICK' in os.environ else (2000, 6000)
PROCESSES = 1 if torch.cuda.is_available() else 2 # two cores do more in two processes than in one

def run(*words): # `reaging WORDS`
    print('reaging', *words, flush=True)
    if code := main([str(w) for w in words]): sys.exit(code)

def train(n, *words): # batches of `n` identities in all
    words = [str(w) for w in ('train', *words, '--identities', n//PROCESSES, '--valid', HELD_PEOPLE, '--every', 200, '--resume', '--width', 32)]
    print('reaging', *words, flush=True)
    launch = [sys.executable, '-m', 'torch.distributed.run', '--nproc_per_node', str(PROCESSES), '-m', '--', 'reaging.cli']
    if code := subprocess.run(launch + words, env=os.environ | dict(OMP_NUM_THREADS='1', OMP_WAIT_POLICY='PASSIVE')).returncode: sys.exit(code)

def has_skins(folder): return (note := folder/'prepared.json').is_file() and 'portraits' in json.loads(note.read_text())

def copy_portraits(): # those to train on
    src, dst = SHARED/'portraits-cc0', WORK/'portraits'
    with (src/'ages.csv').open(newline='') as f: head, *rows = csv.reader(f)
    rows = [row for row in rows if Path(row[head.index('file')]).stem[-1] not in HELD_NUMBERS]
    for row in rows:
        file = row[head.index('file')]
        (dst/file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(src/file, dst/file)
    with (dst/'ages.csv').open('w', newline='') as f: csv.writer(f).writerows([head, *rows])

def make():
    if not SHARED.is_dir(): sys.exit(f'There is no {SHARED}: set REAGING_SHARED to the folder with the training pictures.')
    copy_portraits()
    sam, crops, pairs, pairs_only, taught = (WORK/name for name in ('sam', 'crops', 'pairs', 'pairs_only', 'taught'))
    run('data', 'prepare', SHARED/'sam-aged', sam, '--size', 320)
    run('data', 'prepare', WORK/'portraits', crops, '--size', 320)
    if not has_skins(pairs): run('data', 'skins', WORK/'portraits', pairs, '--old', OLD, '--twins', *TWINS)
    for file in sam.rglob('*.jpg'): # of SAM's people only those to validate on: with the others, soft photos are aged as they are, in what nobody can foresee, and that comes out as nearly nothing
        if file.stem.split('_')[1] in HELD_PEOPLE.split(','): shutil.copy(file, pairs)
    train(4, sam, '--size', 128, '--perceptual', 'lite0', '--lr', 5e-4, '--d-lr', 5e-5, '--blends', 15, '--steps', STEPS[0], '--run', pairs_only)
    nothing = [w for name in ('age', 'cycle', 'reconstruction', 'stay', 'chroma', 'low', 'tv') for w in (f'--{name}', 0)]
    train(4, pairs, '--layout', 'AGE_ID', '--recipe', 'portraits', '--portraits', crops, '--bs', 2//PROCESSES, '--weights', pairs_only/'weights.safetensors', '--alone', .8, *nothing, '--identity', .05, '--lr', 4e-4, '--steps', STEPS[1], '--run', taught) # at last what dlib's descriptor says keeps people who they are
    shutil.copy(taught/'weights.safetensors', WORK/'fran.safetensors')
    print(WORK/'fran.safetensors')

if __name__ == '__main__': make()
