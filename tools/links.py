"""`make links`: put the project's public address, which stands in pyproject.toml alone, wherever it is needed.

Below its title every notebook gets a badge that opens it on Colab, and a cell that installs the package there.
With `--check`, only say what is out of step."""
import json, re, sys, tomllib
from pathlib import Path
from urllib.parse import urlsplit

root = Path(__file__).resolve().parents[1]
EXTRAS = {'30_stylegan': ',people', '31_ageing': ',people', '91_latent': ',people', '05_people': ',people', 'train_fran': ',people', '01_files': ',heic', '04_credentials': ',c2pa,video', '04_shards': ',shards', '04_tracking': ',wandb', '04_film': ',video', '05_video': ',video', 'video': ',video', '06_folders': ',ray', '07_export': ',onnx', '08_app': ',app'} # what only these notebooks need

def cell(id, kind, source):
    lines = source.splitlines(keepends=True)
    return dict(cell_type=kind, id=id, metadata={}, source=lines) | (dict(execution_count=None, outputs=[]) if kind == 'code' else {})

def with_links(nb, where, repository):
    "`nb` with badge and install cell after its title."
    badge = (f'[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]'
             f'(https://colab.research.google.com/github{urlsplit(repository).path}/blob/main/{where})')
    extra = EXTRAS.get(Path(where).stem, '')
    install = ("#| hide\n# On Colab: install this library. Elsewhere this does nothing.\nimport sys\n"
               f"if 'google.colab' in sys.modules:\n    %pip install -q 'reaging[eval{extra}] @ git+{repository}'")
    cells = [c for c in nb['cells'] if c['id'] not in ('colab-badge', 'colab-install')]
    nb['cells'] = [cells[0], cell('colab-badge', 'markdown', badge), cell('colab-install', 'code', install), *cells[1:]]
    return nb

def main():
    project = root/'pyproject.toml'
    text = project.read_text(encoding='utf-8')
    repository = tomllib.loads(text)['project']['urls']['Repository'].rstrip('/')
    owner, name = urlsplit(repository).path.strip('/').split('/')
    made = {project: re.sub(r'(?m)^Documentation = .*$', f'Documentation = "https://{owner}.github.io/{name}"', text)}
    for nb in sorted(root.glob('nbs/**/*.ipynb')):
        if '.ipynb_checkpoints' in nb.parts: continue
        linked = with_links(json.loads(nb.read_text(encoding='utf-8')), nb.relative_to(root).as_posix(), repository)
        made[nb] = json.dumps(linked, sort_keys=True, indent=1, ensure_ascii=False) + '\n'
    changed = [f for f, text in made.items() if f.read_text(encoding='utf-8') != text]
    if '--check' in sys.argv:
        if changed: sys.exit('The address is out of step in ' + ', '.join(str(f.relative_to(root)) for f in changed) + '; run `make links`.')
        return
    for f in changed: f.write_text(made[f], encoding='utf-8')

if __name__ == '__main__': main()
