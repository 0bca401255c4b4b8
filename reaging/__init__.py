"Make a face older or younger."

def __getattr__(name): # `from reaging import Reager` without loading torch for everything else
    if name != 'Reager': raise AttributeError(f"module 'reaging' has no attribute {name!r}")
    from reaging.using.reager import Reager
    return Reager
