"""`make weights`: the weights of the package from nothing, in `runs/weights`; what is done is put into `reaging/weights`.

Hours on a processor. Stopped and started again, it goes on. REAGING_QUICK makes each step tiny and puts nothing into the package, to see that all works."""
import os, shutil, sys
from pathlib import Path
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from reaging.cli import main
from reaging.data.pairs import read_matrix
from reaging.pictures.faces import face_mask, to_tensor
from reaging.pictures.files import open_picture
from reaging.reading.readers import AgeNetReader
from reaging.systems.ageing import AgeingTraining, teachers
from reaging.systems.checkpoints import load_weights, save_weights
from reaging.systems.latent import fit_guess
from reaging.systems.layers import keep_memory
from reaging.systems.stylegan import StyleGAN

quick = 'REAGING_QUICK' in os.environ
root = Path(__file__).resolve().parents[1]
work, package = root/'runs/weights', root/'reaging/weights'
PEOPLE = 3 if quick else 2000
STAGES = [(64, 2), (64, 4)] if quick else [(128, 6000), (192, 10000), (256, 12000)] # side of the crops, steps

def keep(tensors, name): # half precision where a file gets large
    work.mkdir(parents=True, exist_ok=True)
    save_file({k: (t.half() if t.numel() > 10_000 else t).contiguous() for k, t in tensors.items()}, work/name)
    if not quick: shutil.copy(work/name, package/name)

def reaging(*words):
    print('reaging', *words, flush=True)
    if code := main([str(word) for word in words]): sys.exit(code)

def amplify(file, out):
    """Regressions answer less than they were shown. Multiply the answers for older and for younger by what makes held-out people, over all pairs 40 years apart or more, read on average as old as their true pictures."""
    system, read, factors = load_weights(file), AgeNetReader().eval(), []
    rows, mask = read_matrix(work/'crops/val', 'AGE/ID').values(), face_mask(system.size)
    for sign in (1, -1): # older, younger
        pairs = [(a, resized(row[a], system.size), b, resized(row[b], system.size)) for row in rows for a in row for b in row if sign * (b - a) >= 40]
        off = {1 + i/20: [] for i in range(13)}
        with torch.no_grad():
            for a, x, b, y in pairs:
                delta = mask * system.reage(x, torch.tensor([float(a)]), torch.tensor([float(b)]))
                for k in off: off[k].append(float(read(x + k * delta) - read(y)))
        factors.append(min(off, key=lambda k: abs(sum(off[k]))))
    for t in system.generator.last.parameters(): t.data = louder(t.data, factors)
    print(f'The answers for older and younger times {factors}:', save_weights(system, out, amplified=factors, fine=FINE))

FINE = 1.4 # more of the finest detail, of which the losses leave too little; 1.8 makes jagged outlines

def louder(t, factors):
    """The last layer's channels are two answers of three colours of 2×2 pixels. What the four pixels share is multiplied by the answer's factor, what sets them apart by `FINE` besides."""
    parts = t.view(2, 3, 4, *t.shape[1:])
    shared = parts.mean(2, keepdim=True)
    return ((shared + FINE * (parts - shared)) * torch.tensor(factors).view(2, *[1] * (t.ndim + 1))).reshape(t.shape)

def resized(file, size): return F.interpolate(to_tensor(open_picture(file)), size=size, mode='bilinear', antialias=True)

def make():
    keep_memory()
    gan = StyleGAN()
    if not (work/'ageing.safetensors').exists():
        training = AgeingTraining(gan, 12 if quick else 1000)
        training.fit(2 if quick else 1000)
        keep(training.ageing.state_dict(), 'ageing.safetensors')
    if not (work/'latent.safetensors').exists():
        guess = fit_guess(gan, teachers(gan)[:20 if quick else 1000], rank=8 if quick else 96)
        keep({k: t for k, t in guess.state_dict().items() if not k.startswith('net.')}, 'latent.safetensors')
    reaging('data', 'people', work/'people', '--ids', PEOPLE, '--ages', '20,70' if quick else '18,25,35,45,55,65,75,85', '--size', 512)
    reaging('data', 'prepare', work/'people', work/'crops', '--size', 320)
    before = []
    for size, steps in STAGES:
        run = work/f'fran_{size}_{steps}'
        reaging('train', 'fran-lite', work/'crops', '--size', size, '--identities', 2 if quick else 8, '--steps', steps, '--run', run,
                '--every', 200, '--resume', *before)
        before = ['--weights', run/'weights.safetensors']
    amplify(before[1], work/'fran.safetensors')
    if not quick: shutil.copy(work/'fran.safetensors', package/'fran.safetensors')

if __name__ == '__main__': make()
