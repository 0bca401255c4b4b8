// All that computes: the networks, finding faces, what changes at an age, and the picture that is saved. It answers
// messages {id, what, args} one after the other with {id, answer} or {id, error}, and tells its progress meanwhile.
import * as ort from './ort/ort.wasm.min.mjs'
import {painted} from './blend.js'
import {about} from './onnx.js'
import {findFaces} from './faces.js'
import {at, chip, crop, fromEyes, mask, placeOf, sample, scaled, uncrop} from './geometry.js'
import {noted} from './notes.js'
import {seen} from './seen.js'

const AGE_CHIP = [.5, .584, .649] // what the network that estimates ages sees of a crop, as `reaging.reading.readers`
const UNITS = 64 // of one of 255 steps of brightness, in what is sent to the page
const sessions = {}
let network, photo

async function bytesOf(url, progress) {
  const answer = await fetch(url).catch(() => ({}))
  if (!answer.ok) throw Error('no-network')
  const parts = []
  progress.all += +answer.headers.get('content-length')
  for (const reader = answer.body.getReader(); ;) {
    const {done, value} = await reader.read()
    if (done) return new Uint8Array(await new Blob(parts).arrayBuffer())
    parts.push(value)
    progress.loaded += value.length
    postMessage(progress)
  }
}

async function unpacked(bytes) { // unless a server or browser did it already
  if (bytes[0] != 0x1f || bytes[1] != 0x8b) return bytes
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

async function run(name, shape, data) {
  return await sessions[name].run({image: new ort.Tensor('float32', data, shape)})
}

async function start() {
  const progress = {loaded: 0, all: 0}, load = name => bytesOf(name, progress)
  const names = ['pnet', 'rnet', 'onet', 'age', 'face']
  const [runtime, ...models] = await Promise.all(
    [load('ort/ort-wasm-simd-threaded.wasm.gz'), ...names.map(name => load(`models/${name}.onnx`))])
  ort.env.wasm.wasmPaths = {mjs: new URL('ort/ort-wasm-simd-threaded.mjs', import.meta.url).href}
  ort.env.wasm.wasmBinary = (await unpacked(runtime)).buffer
  ort.env.wasm.numThreads = self.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, 8) : 1
  for (const [i, name] of names.slice(0, 4).entries()) sessions[name] = await ort.InferenceSession.create(models[i])
  return await weights(models[4])
}

async function weights(bytes) {
  const notes = about(bytes)
  if (!notes?.ages || !notes.size) throw Error('not-ours')
  network = {session: await ort.InferenceSession.create(bytes), size: notes.size}
  return {ages: notes.ages}
}

async function ageOf(planes) { // a mean of the classes 0 to 80 years
  const {logits} = await run('age', [1, 3, 64, 64], chip(planes, AGE_CHIP, 64))
  const most = Math.max(...logits.data), shares = Array.from(logits.data, x => Math.exp(x - most))
  const sum = shares.reduce((a, b) => a + b)
  return shares.reduce((mean, share, years) => mean + share / sum * Math.max(years, .25), 0)
}

async function open(bitmap) {
  const {width, height} = bitmap, canvas = new OffscreenCanvas(width, height)
  const pen = canvas.getContext('2d', {willReadFrequently: true})
  pen.drawImage(bitmap, 0, 0)
  bitmap.close()
  photo = {pen, width, height, pixels: pen.getImageData(0, 0, width, height).data, faces: []}
  for (const face of await findFaces(run, photo)) await add(face)
  return photo.faces.map(({box, age}) => ({box, age}))
}

async function add(face) {
  const place = placeOf(face.landmarks)
  photo.faces.push({...face, place, age: await ageOf(crop(photo, place, network.size))})
}

async function mark(eyes) { // a face that was not found
  const landmarks = fromEyes(...eyes.sort((a, b) => a[0] - b[0])), apart = eyes[1][0] - eyes[0][0]
  const [x, y] = landmarks[2]
  await add({landmarks, box: [x - 1.3 * apart, y - 1.7 * apart, x + 1.3 * apart, y + 1.7 * apart]})
  const {box, age} = photo.faces.at(-1)
  return {box, age}
}

async function change(face, from, to) { // what the network says, below the mask
  const {size} = network, ages = years => new ort.Tensor('float32', [years], [1])
  const others = photo.faces.filter(other => other != face).map(other => other.place)
  const part = crop(photo, face.place, size), image = new ort.Tensor('float32', part.data, [1, 3, size, size])
  const {delta} = await network.session.run({image, from_age: ages(from), to_age: ages(to)})
  const visible = seen(part), shares = mask(size, face.place, others).map((share, i) => share * visible[i])
  return {width: size, height: size, data: delta.data.map((x, i) => x * shares[i % (size * size)] * 127.5)}
}

async function delta(face, from, to, scale, width, height) { // for the screen
  const laid = uncrop(await change(photo.faces[face], from, to), scaled(photo.faces[face].place, scale), width, height)
  return {...laid, data: Int16Array.from(laid.data, x => Math.round(UNITS * x))}
}

function onCrop({width, ages, shares, scale}, place) { // what is painted on a face, as its crop sees it
  const {size} = network, there = scaled(place, scale), height = ages.length / width
  const sums = {width, height, data: ages.map((age, i) => age * shares[i])}, cover = {width, height, data: shares}
  const out = {ages: new Float32Array(size * size), shares: new Float32Array(size * size)}
  for (let i = 0; i < size * size; i++) {
    const [x, y] = at(there, (i % size + .5) / size, (Math.floor(i / size) + .5) / size)
    out.shares[i] = sample(cover, x - .5, y - .5, 0)
    if (out.shares[i]) out.ages[i] = sample(sums, x - .5, y - .5, 0) / out.shares[i]
  }
  return out
}

// What changes on a face that is `to` years old, or as it was, where it is not painted; `knots` are ages to blend.
async function wanted(face, {from, to, knots}, paint) {
  const there = paint && onCrop(paint, face.place)
  if (!there?.shares.some(share => share)) return to == null ? null : await change(face, from, to)
  const ages = [...new Set(to == null ? knots : [...knots, to])].sort((a, b) => a - b), known = []
  for (const age of ages) known.push([age, (await change(face, from, age)).data])
  return {width: network.size, height: network.size, data: painted(known, to, there.ages, there.shares)}
}

// The whole photo. For each face {from, to, knots}; `to` is nothing where it was not asked for. `paint` is {width,
// ages, shares, scale, words}, as the screen has it, or nothing.
async function save(type, wishes, paint, exif) {
  const {pen, width, height, pixels} = photo, changed = []
  for (const [i, face] of photo.faces.entries()) {
    const planes = await wanted(face, wishes[i], paint)
    if (planes) changed.push({face, planes, ...wishes[i]})
  }
  const draw = async () => {
    for (const {face, planes} of changed) {
      const {left, top, width: w, height: h, data} = uncrop(planes, face.place, width, height)
      if (!w || !h) continue
      const region = pen.getImageData(left, top, w, h)
      for (let i = 0; i < w * h; i++) for (let c = 0; c < 3; c++) region.data[4 * i + c] += data[c * w * h + i]
      pen.putImageData(region, left, top)
    }
    return await pen.canvas.convertToBlob({type, quality: .95})
  }
  let blob
  try { blob = await draw() } finally { pen.putImageData(new ImageData(pixels, width, height), 0, 0) }
  const words = [...changed.flatMap(({to}) => to ?? []), ...paint?.words ?? []]
  return await noted(blob, changed.map(({from}) => from).join(', '), words.join(', '), exif, {width, height})
}

const doors = {start, weights, open, mark, delta, save}
let last = Promise.resolve()
onmessage = ({data: {id, what, args}}) => last = last.then(async () => {
  try { postMessage({id, answer: await doors[what](...args)}) }
  catch (error) { postMessage({id, error: error.message || String(error)}) }
})
