"""The whole recipe for weights as the package's: `python tools/weights.py`, about 90 minutes on two cores. Stopped and started again, it goes on. What it makes is in runs/weights; to ship it, copy its fran.safetensors to reaging/weights. MODEL_CARD.md says how it compares with what is shipped now."""
import csv, json, os, shutil, subprocess, sys
from pathlib import Path
import torch
from reaging.checkpoints import load_weights, save_weights
from reaging.cli import main

SHARED = Path(os.environ.get('REAGING_SHARED', '../shared'))/'data'
WORK = Path('runs/weights')
HELD_PEOPLE, HELD_NUMBERS = 'seed0008,seed0009', '79' # SAM's people, and last digits of portraits, that no training sees
OLD = 'female_034' # whose lines are grafted, and between which two pictures the years lie that are: choices by eye
COVERED = """female_003 female_008 female_010 female_012 female_014 female_016 female_021 female_024 female_026 female_030 female_042 female_043
female_046 female_065 female_066 female_073 male_000 male_001 male_011 male_014 male_015 male_018 male_020 male_022 male_023 male_025 male_026 male_028 male_030
male_031 male_033 male_036 male_041 male_044 male_051 male_053 male_054 male_055 male_058 male_060 male_061""".split() # no hair is seen, or too much is taken for it
TWINS = [SHARED/f'sam-aged/aged_images/{age}_seed0006.jpg' for age in (33, 83)]

STEPS = (2, 2, 2) if 'REAGING_QUICK' in os.environ else (2000, 7000, 400)
TOWARDS = .35 # how far from the weights before the portraits to those after them
PROCESSES = 1 if torch.cuda.is_available() else 2 # two cores do more in two processes than in one

def run(*words): # `reaging WORDS`
    print('reaging', *words, flush=True)
    if code := main([str(w) for w in words]): sys.exit(code)

def train(n, *words): # batches of `n` identities in all
    words = [str(w) for w in ('train', *words, '--identities', n//PROCESSES, '--blends', 15, '--valid', HELD_PEOPLE, '--every', 200, '--resume', '--width', 32)]
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

def between(taught, last): # what the reader likes best begins to look drawn; on the way there (Wortsman et al., 2022) is more of both
    (net, about), (other, _) = (load_weights(folder/'weights.safetensors') for folder in (taught, last))
    with torch.no_grad():
        for p, q in zip(net.parameters(), other.parameters(), strict=True): p.lerp_(q, TOWARDS)
    save_weights(net, WORK/'fran.safetensors', size=about['size'], ages=about['ages'], made='by tools/weights.py')

def make():
    if not SHARED.is_dir(): sys.exit(f'There is no {SHARED}: set REAGING_SHARED to the folder with the training pictures.')
    copy_portraits()
    sam, crops, pairs, pairs_only, taught, last = (WORK/name for name in ('sam', 'crops', 'pairs', 'pairs_only', 'taught', 'last'))
    run('data', 'prepare', SHARED/'sam-aged', sam, '--size', 320)
    run('data', 'prepare', WORK/'portraits', crops, '--size', 320)
    if not has_skins(pairs):
        shutil.copytree(sam, pairs, dirs_exist_ok=True)
        run('data', 'skins', WORK/'portraits', pairs, '--old', OLD, '--twins', *TWINS, '--covered', ','.join(COVERED))
    train(4, sam, '--size', 128, '--perceptual', 'lite0', '--lr', 5e-4, '--d-lr', 5e-5, '--steps', STEPS[0], '--run', pairs_only)
    both = pairs, '--layout', 'AGE_ID', '--recipe', 'portraits', '--portraits', crops, '--bs', 4//PROCESSES
    train(4, *both, '--weights', pairs_only/'weights.safetensors', '--alone', 1, '--lr', 3e-4, '--steps', STEPS[1], '--run', taught)
    train(4, *both, '--weights', taught/'weights.safetensors', '--alone', 0, '--age', .12, '--lr', 2e-4, '--steps', STEPS[2], '--run', last) # now with the portraits
    between(taught, last)
    print(WORK/'fran.safetensors')

if __name__ == '__main__': make()
