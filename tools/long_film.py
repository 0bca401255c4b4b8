"""A long film needs no more memory than a short one.

    python tools/long_film.py                 # a minute, as in `make test`
    python tools/long_film.py --minutes 60    # the long one, by hand

Six seconds, in which a camera moves over a photo, are repeated until the film is long enough. `reaging video` re-ages it,
and its memory is read every half second: once it has started, the last third may need no more than the one before."""
import argparse, subprocess, sys, tempfile, time
from fractions import Fraction
from pathlib import Path
import av, matplotlib.cbook as cbook, numpy as np
from PIL import Image

RATE, SECONDS, ALLOWED = 10, 6, 40 # frames a second; of the part that is repeated; megabytes

def shoot(file):
    "The part that is repeated."
    photo = Image.open(cbook.get_sample_data('grace_hopper.jpg')).convert('RGB')
    with av.open(str(file), 'w') as film:
        video = film.add_stream('libx264', rate=RATE, options=dict(bf='0'))
        video.width, video.height, video.pix_fmt = 320, 320, 'yuv420p'
        for i in range(RATE * SECONDS):
            x, y = 100 + 20*np.sin(i * 2*np.pi / RATE / SECONDS), 40 + 10*np.cos(i * 2*np.pi / RATE / SECONDS)
            film.mux(video.encode(av.VideoFrame.from_image(photo.crop((round(x), round(y), round(x) + 320, round(y) + 320)))))
        film.mux(video.encode())

def repeat(file, times, out):
    "The same packets again and again."
    with av.open(str(file)) as film, av.open(str(out), 'w') as longer:
        packets = [(bytes(p), p.pts, p.dts, p.is_keyframe) for p in film.demux(video=0) if p.dts is not None]
        base, track = film.streams.video[0].time_base, longer.add_stream_from_template(film.streams.video[0])
        for n in range(times):
            later = int(n * SECONDS / base)
            for data, pts, dts, key in packets:
                packet = av.Packet(data)
                packet.pts, packet.dts, packet.time_base, packet.is_keyframe = pts + later, dts + later, Fraction(base), key
                packet.stream = track
                longer.mux(packet)

def watched(words, log):
    "Run a command. → megabytes it had, every half second"
    with open(log, 'w') as out:
        process, megabytes = subprocess.Popen(words, stdout=out, stderr=out), []
        while process.poll() is None:
            try: status = Path(f'/proc/{process.pid}/status').read_text()
            except OSError: break
            if 'VmRSS:' in status: megabytes.append(int(status.partition('VmRSS:')[2].split()[0]) / 1024)
            time.sleep(.5)
    if process.wait(): sys.exit(Path(log).read_text()[-2000:])
    return megabytes

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--minutes', type=float, default=1, help='of film (default: %(default)s)')
    args = parser.parse_args()
    if sys.platform != 'linux': return print('Not measured: only Linux tells how much memory a process has.')
    with tempfile.TemporaryDirectory() as folder:
        folder, times = Path(folder), max(1, round(args.minutes * 60 / SECONDS))
        shoot(folder/'part.mp4')
        repeat(folder/'part.mp4', times, folder/'long.mp4')
        start = time.time()
        megabytes = watched([sys.executable, '-W', 'ignore', '-m', 'reaging.cli', 'video', str(folder/'long.mp4'), str(folder/'old.mp4'),
                             '--from', '77', '--to', '40', '--size', '64'], folder/'log')
        with av.open(str(folder/'old.mp4')) as film: frames = sum(p.dts is not None for p in film.demux(video=0))
        if frames != times * SECONDS * RATE: sys.exit(f'{frames} frames came out of {times * SECONDS * RATE}.')
    tenths = [max(part) for part in np.array_split(megabytes, 10)]
    grown = max(tenths[7:]) - max(tenths[4:7])
    print(f'{frames} frames in {time.time() - start:.0f} s; megabytes at most in each tenth of that: {", ".join(f"{mb:.0f}" for mb in tenths)}')
    if grown > ALLOWED: sys.exit(f'The last third needed {grown:.0f} MB more than the one before.')

if __name__ == '__main__': main()
