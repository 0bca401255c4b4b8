"Reads `settings.ini`, the one home of the package's metadata."
from configparser import ConfigParser
from pathlib import Path
from shutil import copytree, ignore_patterns
from setuptools import setup
from setuptools.command.build_py import build_py

here = Path(__file__).parent
parser = ConfigParser(delimiters=['='])
parser.read(here/'settings.ini', encoding='utf-8')
cfg = parser['DEFAULT']

class WithPage(build_py):
    "Puts the page, which lies beside the package, into it."
    def run(self):
        super().run()
        if self.editable_mode: return
        copytree(here/'web', Path(self.build_lib)/'reaging/web', dirs_exist_ok=True,
                 ignore=ignore_patterns('.*', 'node_modules', 'models', 'package*.json', 'README.md'))

setup(
    cmdclass=dict(build_py=WithPage),
    version=cfg['version'], description=cfg['description'], author=cfg['author'], license=cfg['license'],
    keywords=cfg['keywords'].split(', '),
    classifiers=['Development Status :: 3 - Alpha', 'Intended Audience :: Science/Research', 'Programming Language :: Python :: 3'],
    long_description=(here/'README.md').read_text(encoding='utf-8'), long_description_content_type='text/markdown',
    install_requires=cfg['requirements'].split(),
    extras_require={k.removesuffix('_requirements'): v.split() for k, v in cfg.items() if k.endswith('_requirements')},
    entry_points={'console_scripts': cfg['console_scripts'].split(), 'nbdev': ['reaging = reaging._modidx:d']})
