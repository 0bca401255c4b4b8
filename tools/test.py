"""`make test`: is everything generated in step with its source, and does every notebook run?

Prints a line for each check and notebook, and last `N passed, N failed`."""
import ast, json, os, re, subprocess, sys, time, yaml
os.environ.setdefault('OMP_NUM_THREADS', '1') # notebooks run side by side, one on each core
os.environ.update(MPLBACKEND='agg', IN_TEST='1', REAGING_QUICK='1', PYTHONWARNINGS='ignore')
from pathlib import Path
from fastcore.parallel import parallel
from nbdev.test import test_nb

root = Path(__file__).resolve().parents[1]
os.chdir(root)
os.environ['REAGING_SHARED'] = str(Path(os.environ.get('REAGING_SHARED', '../shared')).resolve()) # notebooks run in their own folders
bin = Path(sys.executable).parent

def run(*command):
    "Nothing if `command` succeeds, else what it printed."
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode: return (done.stdout + done.stderr).strip() or f'exit code {done.returncode}'

def exported():
    "Notebooks are clean, and modules are what they export."
    files = lambda: {f: f.read_bytes() for pattern in ('nbs/**/*.ipynb', 'reaging/**/*.py') for f in root.glob(pattern)}
    before = files()
    error = run(bin/'nbdev-export') or run(bin/'nbdev-clean')
    changed = [str(f.relative_to(root)) for f, text in files().items() if before.get(f) != text]
    exports = {module for nb in sources() for module in re.findall(r'#\| default_exp ([\w.]+)', nb)}
    orphans = [module for f in root.glob('reaging/**/*.py') if not f.name.startswith('_')
               and (module := '.'.join(f.relative_to(root/'reaging').with_suffix('').parts)) not in exports]
    if error: return error
    if changed: return 'nbdev-export and nbdev-clean changed ' + ', '.join(changed) + '; commit what they made'
    if orphans: return 'no notebook exports ' + ', '.join(orphans)

def sources(): return [nb.read_text(encoding='utf-8') for nb in root.glob('nbs/**/*.ipynb')]

def book():
    "Notebooks in reading order, that of nbs/book.yml: (title of their part or None, notebooks)."
    for entry in yaml.safe_load((root/'nbs/book.yml').read_text(encoding='utf-8')):
        title, pattern = next(iter(entry.items())) if isinstance(entry, dict) else (None, entry)
        yield title, sorted((root/'nbs').glob(pattern))

def exported_module(nb):
    "The module that a notebook exports, or None."
    found = re.search(r'#\| default_exp ([\w.]+)', nb.read_text(encoding='utf-8'))
    return found and found[1]

def imported(module):
    "Modules of this package that `module` imports at its top level."
    path, package = root/'reaging'/(module.replace('.', '/') + '.py'), module.split('.')[:-1]
    for node in ast.parse(path.read_text(encoding='utf-8')).body:
        if not isinstance(node, ast.ImportFrom) or not node.level: continue
        base = package[:len(package) - node.level + 1] + (node.module.split('.') if node.module else [])
        yield '.'.join(base)
        yield from ('.'.join([*base, alias.name]) for alias in node.names)

def in_order():
    "Every notebook is in the book, and no module imports one that the book explains later."
    notebooks = sum((part for _, part in book()), [])
    if missing := set(root.glob('nbs/**/*.ipynb')) - set(notebooks): return 'not in nbs/book.yml: ' + ', '.join(nb.name for nb in missing)
    place = {module: n for n, nb in enumerate(notebooks) if (module := exported_module(nb))}
    early = [f'{module} imports {other}' for module in place for other in imported(module) if place.get(other, -1) > place[module]]
    return '; '.join(early) or None

def narrow():
    "No line of code in a notebook is longer than 120 characters."
    wide = []
    for nb in root.glob('nbs/**/*.ipynb'):
        cells = json.loads(nb.read_text(encoding='utf-8'))['cells']
        code = [line for c in cells if c['cell_type'] == 'code' and c['id'] != 'colab-install' for line in ''.join(c['source']).splitlines()]
        if n := sum(len(line) > 120 for line in code): wide.append(f'{nb.name}: {n} lines')
    return ', '.join(sorted(wide)) or None

def small():
    "Committed notebooks stay below 500 kB."
    large = [f'{nb.name} has {nb.stat().st_size/1000:.0f} kB' for nb in root.glob('nbs/**/*.ipynb') if nb.stat().st_size > 500_000]
    return ', '.join(large) or None

def browser(script='tools/browser.py'):
    "The age slider, or the page of `web/`, works in a real browser, where there is one."
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    print(done.stdout, end='')
    if done.returncode: return done.stderr.strip()

def report(name, error, seconds):
    print(f'{"ok  " if not error else "FAIL"} {seconds:6.1f} s  {name}', *([error] if error else []), sep='\n' if error else '', flush=True)
    return not error

def main():
    results = []
    for name, check in dict(exported=exported, in_order=in_order, narrow=narrow, small=small,
                            links=lambda: run(sys.executable, 'tools/links.py', '--check'),
                            readme=lambda: run(sys.executable, 'tools/readme.py', '--check'),
                            docs=lambda: run(sys.executable, 'tools/docs.py', '--check'),
                            fuzz=lambda: run(sys.executable, 'tools/fuzz.py'), kills=lambda: run(sys.executable, 'tools/kills.py'),
                            full_disk=lambda: run(sys.executable, 'tools/full_disk.py'), long_film=lambda: run(sys.executable, 'tools/long_film.py'),
                            browser=browser, web=lambda: browser('tools/web.py')).items():
        start = time.time()
        results.append(report(name, check(), time.time() - start))
    notebooks = sorted(nb for nb in root.glob('nbs/**/*.ipynb') if '.ipynb_checkpoints' not in nb.parts)
    done = parallel(test_nb, notebooks, n_workers=min(2, os.cpu_count()), pause=0.1)
    for nb, (ok, seconds) in zip(notebooks, done): results.append(report(nb.relative_to(root), None if ok else 'see above', seconds))
    print(f'{sum(results)} passed, {len(results) - sum(results)} failed')
    sys.exit(not all(results))

if __name__ == '__main__': main()
