"""`make readme`: README.md, and its pictures, from nbs/index.ipynb.

With `--check`, only say whether they are what the notebook makes."""
import re, sys
from pathlib import Path
import nbformat
from nbconvert import MarkdownExporter

root = Path(__file__).resolve().parents[1]

def prepare(nb):
    "Drop what a reader of a README does not want: hidden cells, hidden code, directives, warnings, second copies of pictures."
    nb.cells = [c for c in nb.cells if not re.search(r'(?m)^#\|\s*hide\s*$', c.source)]
    for c in nb.cells:
        c.metadata = {} # execution times, which nbformat does not allow for
        if c.cell_type != 'code': continue
        if re.search(r'(?m)^#\|\s*echo:\s*false', c.source): c.source = ''
        c.source = re.sub(r'(?m)^#\|.*\n?', '', c.source)
        c.outputs = [o for o in c.outputs if o.get('name') != 'stderr']
        for o in c.outputs:
            if kind := next((k for k in ('image/jpeg', 'image/png') if k in o.get('data', {})), None): o.data = {kind: o.data[kind]}
    return nb

def make():
    "Path → bytes of README.md and its pictures."
    nb = prepare(nbformat.read(root/'nbs/index.ipynb', as_version=4))
    body, resources = MarkdownExporter().from_notebook_node(nb, resources=dict(unique_key='readme', output_files_dir='assets'))
    body = re.sub(r'!\[(?:png|jpeg)\]\(', '![](', body)
    body = re.sub(r'\]\(([\w/]+\.ipynb)\)', r'](nbs/\1)', body).replace('](../', '](') # links start from nbs/ there, from the root here
    body = re.sub(r'(?m)^```\w*\n\n```\n', '', body) # what is left of hidden code
    body = re.sub(r'\n{3,}', '\n\n', body).strip() + '\n'
    note = '<!-- Made from nbs/index.ipynb by `make readme`: edit that notebook. -->\n\n'
    return {root/'README.md': (note + body).encode(), **{root/name: data for name, data in resources['outputs'].items()}}

def main():
    made = make()
    changed = [f for f, data in made.items() if not f.exists() or f.read_bytes() != data]
    stale = [f for f in root.glob('assets/readme_*') if f not in made]
    if '--check' in sys.argv:
        if changed + stale: sys.exit('Out of step with nbs/index.ipynb: ' + ', '.join(str(f.relative_to(root)) for f in changed + stale) + '; run `make readme`.')
        return
    for f in stale: f.unlink()
    for f in changed:
        f.parent.mkdir(exist_ok=True)
        f.write_bytes(made[f])

if __name__ == '__main__': main()
