"""Runs that are killed at random moments and started again: nothing is lost, no file is ever half written, and in the
end there are the same bytes as without a kill.

    python tools/kills.py                # a short run, as in `make test`
    python tools/kills.py --times 100    # the long one, by hand

Train, prepare, people, folder and video take turns. Each run is a copy of this process, which has everything loaded
already, so that kills hit the work and not the start. Every moment is a function of the seed: `--seed 7 --only train`.

The long run of November 2026 (seeds 0 to 4, 20 kills each): of 100 kills none lost anything, and all bytes were the same."""
import argparse, os, random, shutil, signal, sys, tempfile, time, traceback, warnings
from functools import partial
from pathlib import Path

def command(words):
    from reaging.cli import main
    return main(words)

def run(work, log, seconds=None, limit=600):
    "`work()`, which returns an exit code, in a copy of this process that is killed after that many seconds. → seconds it took, or None if it was killed"
    start, child = time.monotonic(), os.fork()
    if not child:
        os.setsid()
        with open(log, 'ab', buffering=0) as out:
            for stream in (1, 2): os.dup2(out.fileno(), stream)
        code = 2
        try: code = work()
        except BaseException: traceback.print_exc()
        finally: sys.stdout.flush(); os._exit(code)
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid and os.waitstatus_to_exitcode(status): raise RuntimeError(Path(log).read_text(errors='replace')[-2000:])
        if pid: return time.monotonic() - start
        if seconds is not None and time.monotonic() - start > seconds:
            os.kill(child, signal.SIGKILL); os.waitpid(child, 0)
            return None
        if time.monotonic() - start > limit:
            os.killpg(child, signal.SIGKILL)
            raise RuntimeError(f'A run did not end within {limit} seconds.')
        time.sleep(.005)

def frames(file): # of a film: a Matroska file has a number drawn by chance in it
    import av
    with av.open(str(file)) as film: return b''.join(frame.to_ndarray().tobytes() for frame in film.decode(video=0))

def tree(folder): # what a user sees of it, name → bytes; of a training only the weights
    if (weights := Path(folder, 'weights.safetensors')).exists() or Path(folder, 'run').exists():
        return {weights.name: weights.read_bytes()} if weights.exists() else {}
    return {f.relative_to(folder).as_posix(): frames(f) if f.suffix == '.mkv' else f.read_bytes() for f in sorted(Path(folder).rglob('*'))
            if f.is_file() and not any(part.startswith('.') for part in f.relative_to(folder).parts)}

def make_film(file, photos):
    "A second of film in which the camera moves over a photo."
    import av
    from PIL import Image
    with av.open(str(file), 'w') as film:
        video = film.add_stream('libx264', rate=12)
        video.width, video.height, video.pix_fmt = 320, 320, 'yuv420p'
        photo = Image.open(photos[0]).convert('RGB').resize((340, 340))
        for i in range(12): film.mux(video.encode(av.VideoFrame.from_image(photo.crop((i, i, i + 320, i + 320)))))
        film.mux(video.encode())

def make_inputs(folder):
    from reaging.pictures.files import picture_files
    code = command(['data', 'draw', str(folder/'people'), '--ids', '6', '--ages', '20,60', '--size', '256'])
    make_film(folder/'film.mp4', picture_files(folder/'people'))
    return code

def jobs(folder):
    "Name → function of a place for results → words of the command."
    people, film = folder/'people', folder/'film.mp4'
    train = lambda to: ['train', 'fran', str(people), '--out', f'{to}/weights.safetensors', '--run', f'{to}/run', '--every', '2', '--steps', '8',
                        '--size', '64', '--width', '8', '--identities', '2', '--perceptual', '0',
                        *(['--resume'] if Path(to, 'run').exists() else [])]
    return dict(train=train,
                prepare=lambda to: ['data', 'prepare', str(people), f'{to}/out', '--size', '128'],
                people=lambda to: ['data', 'people', f'{to}/out', '--ids', '3', '--ages', '20,60', '--size', '128', '--workers', '1'],
                folder=lambda to: ['folder', str(people), f'{to}/out', '--to', '20,70', '--from', '40', '--workers', '1'],
                # without loss: x264 does not write the same bytes twice, even of the same frames
                video=lambda to: ['video', str(film), f'{to}/out.mkv', '--to', '70', '--from', '40', '--codec', 'ffv1'])

CHANGING = {'out/report.json', 'out/prepared.json', 'out/people.json', 'out/people.jsonl'} # files that grow with the work

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--times', type=int, default=5, help='kills (default: %(default)s)')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--only', help='train, prepare, people, folder or video')
    args = parser.parse_args()
    warnings.simplefilter('ignore')
    import torch
    torch.set_num_threads(1) # threads do not survive a copy of the process
    from reaging.using import reager, video; from reaging.data import people, prepare; from reaging.training import learner, runs
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        run(partial(make_inputs, folder), folder/'log')
        made = {name: words for name, words in jobs(folder).items() if args.only in (None, name)}
        whole, seconds = {}, {}
        for name, words in made.items():
            (place := folder/f'{name}_whole').mkdir()
            seconds[name] = run(partial(command, words(place)), folder/'log')
            whole[name] = tree(place)
        for n in range(args.times):
            name, rng = list(made)[n % len(made)], random.Random(f'{args.seed} {n}')
            (place := folder/f'{name}_{n}').mkdir()
            moments = []
            for _ in range(rng.choice([1, 1, 2])):
                moments.append(rng.uniform(0, seconds[name]))
                run(partial(command, made[name](place)), folder/'log', moments[-1])
                for file, content in tree(place).items():
                    if file not in CHANGING and content != whole[name].get(file, content):
                        sys.exit(f'{name}, seed {args.seed}, kill {n} after {moments}: {file} is not whole.')
            run(partial(command, made[name](place)), folder/'log')
            there = tree(place)
            differ = sorted(f for f in there.keys() | whole[name].keys() if there.get(f) != whole[name].get(f))
            if differ: sys.exit(f'{name}, seed {args.seed}, kill {n} after {moments}: these differ in the end: {differ}')
            shutil.rmtree(place)
        took = ', '.join(f'{name} {s:.1f} s' for name, s in seconds.items())
        print(f'{args.times} kills of runs that take {took}: nothing was lost, and the bytes are the same.')

if __name__ == '__main__': main()
