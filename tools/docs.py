"""`make docs`: the book as a web site in `_docs`, and the page of `web/` in `_docs/app`.

Each notebook becomes Markdown, with the parameters of what it defines below the code, and MkDocs makes the site of that. A
link inside it that leads nowhere is an error. With `--check`, the site is made in a temporary folder."""
import ast, importlib, re, shutil, subprocess, sys, tempfile, tomllib
from pathlib import Path
import nbformat, yaml
from latex2mathml.converter import convert
from nbconvert import MarkdownExporter
from nbdev.showdoc import DocmentTbl
from readme import prepare
from test import book, exported_module, root
from reaging.using.app import write_page

repository = tomllib.loads((root/'pyproject.toml').read_text(encoding='utf-8'))['project']['urls']['Repository'].rstrip('/')
FRONT = '\n\n[Try it on a photo, in your browser](app/index.html){ .md-button .md-button--primary }\n'
CODE = re.compile(r'(```.*?```|`[^`\n]+`)', re.S) # is left alone

def page(nb):
    "Where a notebook's page is: without the number, as nbdev names it in every module."
    return nb.relative_to(root/'nbs').with_name(re.sub(r'^\d+_', '', nb.stem) + '.md')

def defined(source):
    "Names of what a cell defines for others: functions, classes, and methods as `Class.method`."
    for node in ast.parse(re.sub(r'(?m)^[%!].*', '', source)).body:
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name.startswith('_'): continue
        patched = [d for d in node.decorator_list if getattr(d, 'id', getattr(getattr(d, 'func', None), 'id', '')) == 'patch']
        yield f'{node.args.args[0].annotation.id}.{node.name}' if patched else node.name

def parameters(module, name):
    "A table of them that opens by a click, or nothing."
    thing = importlib.import_module(f'reaging.{module}' if module else 'reaging')
    for part in name.split('.'): thing = getattr(thing, part)
    table = DocmentTbl(thing.fget if isinstance(thing, property) else thing)
    if not getattr(table, 'has_docment', False): return ''
    return f'??? info "Parameters of `{name}`"\n\n' + re.sub('(?m)^', '    ', table._repr_markdown_()) + '\n'

def in_a_row(m):
    "A flow chart as a line of words, as the site draws none."
    row, seen = '{} (`{}`)'.format(*re.search(r'\["(.+?)<br>(.+?)"\]', m[1]).groups()), set()
    for source, what, where in re.findall(r'(?m)^ *(\w+).* --> \w+\["(.+?)<br>(.+?)"\]', m[1]):
        row += f'{" and " if source in seen else " → "}{what} (`{where}`)'
        seen.add(source)
    return row

def linked(text, here, pages):
    "Formulas as MathML, and links to other pages of the site, or into the repository."
    def math(m): return convert((m[1] or m[2]).strip(), display='block' if m[1] else 'inline')
    def link(m):
        to = (here.parent/m[1]).resolve()
        if to in pages: return f'](/{pages[to]})'
        return f'](/assets/{to.name})' if to.parent == root/'assets' else f']({repository}/blob/main/{to.relative_to(root)})'
    parts = CODE.split(re.sub(r'(?s)```mermaid\n(.+?)```', in_a_row, text))
    parts[::2] = [re.sub(r'\]\((?!\w+:|#)([^)]+)\)', link, re.sub(r'\$\$(.+?)\$\$|\$([^$\n]+)\$', math, p, flags=re.S)) for p in parts[::2]]
    return ''.join(parts)

def markdown(nb, pages):
    "A notebook's page and its figures: path → bytes."
    module, book = exported_module(nb), nbformat.read(nb, as_version=4)
    tables = {}
    for c in book.cells:
        if c.cell_type == 'markdown': c.source = linked(c.source, nb, pages)
        elif module and re.search(r'(?m)^#\|\s*export', c.source):
            tables[c.id] = ''.join(parameters(module, name) for name in defined(c.source))
    cells = []
    for c in prepare(book).cells:
        cells += [c, nbformat.v4.new_markdown_cell(tables[c.id])] if tables.get(c.id) else [c]
    book.cells, book.metadata.language_info = cells, dict(name='python')
    to = pages[nb]
    body, found = MarkdownExporter().from_notebook_node(book, resources=dict(unique_key=to.stem, output_files_dir=f'{to.stem}_files'))
    body = re.sub(r'(?m)^```\w*\n\s*```\n', '', re.sub(r'!\[(?:png|jpeg)\]\(', '![](', body)) # what is left of hidden code
    if nb.name == 'index.ipynb': body = re.sub(r'(?s)(\n> .*?\n)', lambda m: m[1] + FRONT, body, count=1)
    return {to: body.encode()} | {to.parent/name: data for name, data in found['outputs'].items()}

def nav(pages):
    "The sidebar, as MkDocs wants it."
    for title, notebooks in book():
        part = [str(pages[nb]) for nb in notebooks]
        yield from [{title: part}] if title else [{'Start': p} if p == 'index.md' else p for p in part]

def config(folder, site, pages):
    "MkDocs' settings. Nothing is fetched from elsewhere."
    scheme = lambda name, other: dict(scheme=name, media=f'(prefers-color-scheme: {"dark" if name == "slate" else "light"})',
                                      toggle=dict(icon='material/brightness-6', name=f'Switch to {other}'))
    return dict(
        site_name='reaging', docs_dir=str(folder), site_dir=str(site), use_directory_urls=False,
        theme=dict(name='material', font=False, icon=dict(logo='material/face-recognition'), features=['navigation.footer', 'content.code.copy', 'toc.follow'],
                   palette=[scheme('default', 'dark'), scheme('slate', 'light')]),
        extra=dict(generator=False, social=[dict(icon='fontawesome/brands/github', link=repository, name='The repository')]),
        plugins=['search'], nav=list(nav(pages)),
        markdown_extensions=['admonition', 'attr_list', 'tables', 'pymdownx.details', 'pymdownx.superfences', 'pymdownx.highlight', {'toc': {'permalink': True}}],
        validation=dict(links=dict(not_found='warn', anchors='warn', absolute_links='relative_to_docs', unrecognized_links='warn'), nav=dict(omitted_files='warn')))

def make(site):
    "Write the site; sys.exit says what is wrong with it."
    pages = {nb: page(nb) for _, part in book() for nb in part}
    with tempfile.TemporaryDirectory() as folder:
        docs = Path(folder)/'docs'
        for nb in pages:
            for name, data in markdown(nb, pages).items():
                (docs/name).parent.mkdir(parents=True, exist_ok=True)
                (docs/name).write_bytes(data)
        shutil.copytree(root/'assets', docs/'assets')
        write_page(docs/'app')
        settings = Path(folder)/'mkdocs.yml'
        settings.write_text(yaml.safe_dump(config(docs, site, pages), allow_unicode=True), encoding='utf-8')
        done = subprocess.run([sys.executable, '-m', 'mkdocs', 'build', '--strict', '--quiet', '--config-file', settings], capture_output=True, text=True)
        if done.returncode: sys.exit(done.stdout + done.stderr)
        for name in pages.values(): shutil.copyfile(docs/name, site/name.with_suffix('.html.md')) # where each module says that its docs are

def main():
    if '--check' not in sys.argv: return make(root/'_docs')
    with tempfile.TemporaryDirectory() as folder: make(Path(folder)/'site')

if __name__ == '__main__': main()
