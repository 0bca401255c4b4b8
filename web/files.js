// What the page consists of, for sw.js.
const FILES = [
  './', 'album.js', 'blend.js', 'example.jpg', 'faces.js', 'files.js', 'geometry.js',
  'gif/gifenc.esm.js', 'icon.svg', 'index.html', 'main.js',
  'models/age.onnx', 'models/face.onnx', 'models/onet.onnx', 'models/pnet.onnx', 'models/rnet.onnx',
  'notes.js', 'onnx.js', 'ort/ort-wasm-simd-threaded.mjs', 'ort/ort-wasm-simd-threaded.wasm.gz',
  'ort/ort.wasm.min.mjs', 'seen.js', 'style.css', 'view.js', 'words.js', 'worker.js',
]
