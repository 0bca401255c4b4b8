"""A disk that is full, or that may only be read: every command that writes says so in a sentence, with an exit code, and
leaves no file that is half written.

    python tools/full_disk.py                    # age, folder and prepare, as in `make test`
    python tools/full_disk.py --only all         # every command, by hand

Each command first writes to a file system in memory that is large enough. Then it gets one that holds half of that, one that
is full already, and one that may only be read. Mounting these wants the rights of root; where they are lacking, nothing is done."""
import argparse, os, shutil, subprocess, sys, tempfile, warnings
from functools import partial
from pathlib import Path
sys.path.insert(0, str(Path(__file__).parent))
from kills import command, frames, make_inputs, run

def mount(folder, size): # → was it possible?
    folder.mkdir(exist_ok=True)
    return subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={size}', 'tmpfs', folder], capture_output=True).returncode == 0

def unmount(folder): subprocess.run(['umount', folder], check=True)

def said(work, log):
    "Run it in a copy of this process. → exit code, and what it printed"
    log.write_text('')
    def with_code(): (log.parent/'code').write_text(str(work())); return 0
    run(with_code, log)
    return int((log.parent/'code').read_text()), log.read_text(errors='replace')

def jobs(people, film, weights):
    "Name → function of a place for results → words of the command. What is read lies elsewhere."
    photo = sorted(people.glob('*/*.jpg'))[0]
    train = lambda to, *more: ['train', 'fran', str(people), '--steps', '4', '--size', '64', '--width', '8', '--identities', '2', '--perceptual',
                               '0', *more]
    return dict(age=lambda to: ['age', str(photo), '--from', '30', '--to', '50,70', '--out', f'{to}', '--strip', f'{to}/s.png', '--gif', f'{to}/g.gif'],
                folder=lambda to: ['folder', str(people), f'{to}/out', '--to', '20,70', '--from', '40', '--workers', '1'],
                prepare=lambda to: ['data', 'prepare', str(people), f'{to}/out', '--size', '128'],
                demo=lambda to: ['demo', '--out', f'{to}/demo'],
                video=lambda to: ['video', str(film), f'{to}/out.mp4', '--to', '70', '--from', '40'],
                draw=lambda to: ['data', 'draw', f'{to}/drawn', '--ids', '3', '--ages', '20,60', '--size', '128'],
                check=lambda to: ['data', 'check', str(people), '--json', f'{to}/check.json'],
                label=lambda to: ['data', 'label', f'{to}/faces'],
                train=lambda to: train(to, '--out', f'{to}/weights.safetensors'),
                run=lambda to: train(to, '--run', f'{to}/run', '--every', '2'),
                eval=lambda to: ['eval', '--data', str(people), '--weights', str(weights), '--out', f'{to}/report'],
                export=lambda to: ['export', str(weights), f'{to}/x.onnx'],
                people=lambda to: ['data', 'people', f'{to}/out', '--ids', '3', '--ages', '20,60', '--size', '64', '--workers', '1'],
                app=lambda to: ['app', '--out', f'{to}/site', '--weights', str(weights)])

QUICK = ('age', 'folder', 'prepare')
CHANGING = {'report.json', 'prepared.json', 'people.json', 'people.jsonl', 'losses.csv', 'note.json'} # files that grow with the work

def give(name, people, disk): # what a command wants to find where it writes
    if name == 'label': shutil.copytree(people, disk/'faces', ignore=shutil.ignore_patterns('*.json'))

def fill(disk): # until nothing fits any more
    with open(disk/'filler', 'wb', buffering=0) as f:
        try:
            while f.write(bytes(4096)): pass
        except OSError: pass

def tree(disk):
    return {f.relative_to(disk).as_posix(): f.read_bytes() for f in disk.rglob('*') if f.is_file() and f.name != 'filler' and f.name not in CHANGING}

def wrong(name, code, text, there, whole):
    "What is not as it should be, or None."
    if 'Traceback' in text: return 'a traceback'
    if code == 0: return None if there == whole else 'the exit code is 0' # it may have fitted
    if not any(words in text for words in ('No space left', 'Read-only', 'could not be written', 'may not be written')): return 'no word about the disk'
    if parts := [f for f in there if f.endswith('.part')]: return f'left behind: {parts}'
    films = name == 'video' # which play as far as they got
    if half := [f for f in there if not films and name != 'run' and there[f] != whole.get(f)]: return f'not whole: {half}'

def try_one(name, words, people, disk, log):
    "Rows of (state of the disk, exit code, last line), and what was wrong."
    if not mount(disk, '200m'): return None, None
    try:
        give(name, people, disk); before = tree(disk)
        code, text = said(partial(command, words(disk)), log)
        if code not in (0, 1): raise RuntimeError(text[-2000:])
        whole = tree(disk)
        used = sum(len(v) for v in whole.values())
    finally: unmount(disk)
    rows, bad, own = [], [], sum(map(len, before.values()))
    for state in ('half full', 'full', 'read-only'):
        mount(disk, own + (used - own) // 2 + 4096 * (len(before) + 2) if state == 'half full' else '200m')
        try:
            give(name, people, disk)
            if state == 'full': fill(disk)
            if state == 'read-only': subprocess.run(['mount', '-o', 'remount,ro', disk], check=True)
            code, text = said(partial(command, words(disk)), log)
            rows.append((name, state, code, (text.strip().splitlines() or [''])[-1].replace(str(disk), '…')))
            if what := wrong(name, code, text, tree(disk), whole): bad.append(f'{name}, {state}: {what}\n{text[-1500:]}')
        finally: unmount(disk)
    return rows, bad

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--only', default=','.join(QUICK), help='commands, with commas, or all (default: %(default)s)')
    args = parser.parse_args()
    warnings.simplefilter('ignore')
    import torch
    torch.set_num_threads(1) # threads do not survive a copy of the process
    from reaging.systems.checkpoints import default_weights
    from reaging.using import reager, video; from reaging.data import people, prepare; from reaging.training import learner, runs
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        run(partial(make_inputs, folder), folder/'log')
        made, problems = jobs(folder/'people', folder/'film.mp4', default_weights()), []
        for name in made if args.only == 'all' else args.only.split(','):
            rows, bad = try_one(name, made[name], folder/'people', folder/'disk', folder/'log')
            if rows is None: return print('Not done: a file system cannot be mounted here.')
            problems += bad
            for row in rows: print('{:8} {:10} {}  {}'.format(*row), flush=True)
            for text in bad: print(text, file=sys.stderr, flush=True)
        if problems: sys.exit(f'{len(problems)} of these are wrong.')

if __name__ == '__main__': main()
