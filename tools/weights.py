"""The whole recipe for weights as the package's: `python tools/weights.py`, about 85 minutes on two cores. Stopped and started again, it goes on. What it makes is in runs/weights; to ship it, copy its fran.safetensors to reaging/weights. MODEL_CARD.md says how it compares with what is shipped now."""
import csv, json, os, shutil, sys
from pathlib import Path
from reaging.cli import main

SHARED = Path(os.environ.get('REAGING_SHARED', '../shared'))/'data'
WORK = Path('runs/weights')
HELD_PEOPLE, HELD_NUMBERS = 'seed0008,seed0009', '79' # SAM's people, and last digits of portraits, that no training sees
OLD = 'female_034' # whose lines are grafted: a choice by eye

STEPS = (2, 2) if 'REAGING_QUICK' in os.environ else (2000, 1100) # the first half an hour, the second an hour

def run(*words): # `reaging WORDS`
    print('reaging', *words, flush=True)
    if code := main([str(w) for w in words]): sys.exit(code)

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
    sam, crops, pairs, pairs_only, both = (WORK/name for name in ('sam', 'crops', 'pairs', 'pairs_only', 'both'))
    run('data', 'prepare', SHARED/'sam-aged', sam, '--size', 320)
    run('data', 'prepare', WORK/'portraits', crops, '--size', 320)
    if not has_skins(pairs):
        shutil.copytree(sam, pairs, dirs_exist_ok=True)
        run('data', 'skins', WORK/'portraits', pairs, '--old', OLD)
    common = '--valid', HELD_PEOPLE, '--blends', 15, '--every', 200, '--resume', '--width', 32
    run('train', sam, '--size', 128, '--perceptual', 'lite0', '--lr', 5e-4, '--d-lr', 5e-5, '--steps', STEPS[0], '--run', pairs_only, *common)
    run('train', pairs, '--layout', 'AGE_ID', '--recipe', 'portraits', '--portraits', crops, '--weights', pairs_only/'weights.safetensors', '--steps', STEPS[1], '--run', both, *common)
    shutil.copy(both/'weights.safetensors', WORK/'fran.safetensors')
    print(WORK/'fran.safetensors')

if __name__ == '__main__': make()
