"Make a face older or younger."
# Names from all over the library. A module is loaded when one of its names is asked for, so this import is quick.
_NAMES = dict(
    Reager='using.reager', # a photo and an age in, the re-aged photo out
    System='systems.system', # what a method is: networks, losses, one step
    FRAN='systems.fran', # FRAN, which learns from pairs
    ReAgingGAN='systems.re_aging_gan', # Re-Aging GAN, the seed exactly
    ReAgingGANProjected='systems.re_aging_gan_projected', # Re-Aging GAN as it learns within half an hour
    load_weights='systems.checkpoints', # a system from a file
    save_weights='systems.checkpoints', # and to one
    find_faces='pictures.faces', # the faces in a picture
    open_picture='pictures.files', # a picture from a file, upright
    save_picture='pictures.files', # a picture to a file, with its note
    prepare='data.prepare', # crop the faces of a folder, once
    paired_dls='data.pairs', # people at several ages, in batches
    unpaired_dls='data.unpaired', # single pictures with their ages, in batches
    reaging_learner='training.learner', # fastai's Learner around a system
    system_dls='training.learner', # what a system learns from, out of a folder
    fit='training.learner', # train for minutes, steps or epochs
    show_targets='training.learner', # held-out faces at a range of ages
    trained='training.learner', # the system with what it has learned
    Run='training.runs', # training that can be stopped and goes on
    evaluate='measuring.evaluate', # a page that says how good weights are
    export_onnx='using.export', # weights for programs without Python
    reage_film='using.video', # a film in, the re-aged film out
    reage_folder='using.folders', # all pictures of a folder
    draw_faces='appendix.synth', # faces from numbers
    draw_folder='appendix.drawn', # people who do not exist, as training data
)
__all__ = [*_NAMES, '__version__']

def __getattr__(name):
    if name == '__version__':
        from importlib.metadata import version
        return version('reaging')
    if name not in _NAMES: raise AttributeError(f"module 'reaging' has no attribute {name!r}")
    from importlib import import_module
    return getattr(import_module(f'reaging.{_NAMES[name]}'), name)

def __dir__(): return sorted({*globals(), *__all__})
