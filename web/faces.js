// Finds faces: MTCNN (K. Zhang et al., 2016) with the three networks of facenet-pytorch, and a second look at each
// face, as `reaging.pictures.faces.find_faces` does both. `run(name, shape, data)` gives a network's answers by name.
import {at, crop, placeOf, sample, smaller, within, withMargin} from './geometry.js'

const FACTOR = .709 // from one size of the pyramid to the next
const LOOKS = [[1, 0, 0], [.92, .03, .03], [1.08, -.03, .03], [.96, .03, -.03], [1.04, -.03, -.03]] // size, and shift
const WIDE = 1.3, LOOK = 96 // so much more than the box is looked at, in so many pixels
const BOX = [.695, 0, .5 - .695 / 2, 0, .695, .5325 - .695 / 2] // MTCNN's usual box, as part of a crop

const area = ([left, top, right, bottom], more = 0) => (right - left + more) * (bottom - top + more)

// Of boxes that overlap, only the surest.
function best(boxes, most, {more = 0, ofSmaller = false} = {}) {
  const kept = []
  for (const box of [...boxes].sort((a, b) => b.score - a.score)) {
    const overlaps = kept.some(other => {
      const wide = Math.min(box.at[2], other.at[2]) - Math.max(box.at[0], other.at[0]) + more
      const high = Math.min(box.at[3], other.at[3]) - Math.max(box.at[1], other.at[1]) + more
      const both = Math.max(0, wide) * Math.max(0, high), [a, b] = [area(box.at, more), area(other.at, more)]
      return both / (ofSmaller ? Math.min(a, b) : a + b - both) > most
    })
    if (!overlaps) kept.push(box)
  }
  return kept
}

// A rectangle of a picture, first pixel and one after the last, averaged to w x h, from -1 to 1.
function shrunk({width, pixels}, [left, top, right, bottom], w, h, out, start) {
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) {
    const x0 = left + Math.floor(x * (right - left) / w), x1 = left + Math.ceil((x + 1) * (right - left) / w)
    const y0 = top + Math.floor(y * (bottom - top) / h), y1 = top + Math.ceil((y + 1) * (bottom - top) / h)
    let r = 0, g = 0, b = 0
    for (let j = y0; j < y1; j++) for (let i = 4 * (j * width + x0), end = i + 4 * (x1 - x0); i < end; i += 4) {
      r += pixels[i]; g += pixels[i + 1]; b += pixels[i + 2]
    }
    const n = (x1 - x0) * (y1 - y0), k = start + y * w + x
    out[k] = (r / n - 127.5) / 128; out[k + w * h] = (g / n - 127.5) / 128; out[k + 2 * w * h] = (b / n - 127.5) / 128
  }
}

const moved = ({at: [left, top, right, bottom], score}, by, more) => {
  const [w, h] = [right - left + more, bottom - top + more]
  return {score, at: [left + by[0] * w, top + by[1] * h, right + by[2] * w, bottom + by[3] * h]}
}

const squared = box => {
  const [left, top, right, bottom] = box.at, side = Math.max(right - left, bottom - top)
  const [x, y] = [left + (right - left - side) / 2, top + (bottom - top - side) / 2]
  return {...box, at: [x, y, x + side, y + side]}
}

// The first network looks at the whole picture in many sizes.
async function proposed(run, picture, least, sure) {
  const {width, height} = picture, found = []
  for (let scale = 12 / least; Math.min(width, height) * scale >= 12; scale *= FACTOR) {
    const [w, h] = [Math.trunc(width * scale + 1), Math.trunc(height * scale + 1)], input = new Float32Array(3 * w * h)
    shrunk(picture, [0, 0, width, height], w, h, input, 0)
    const {box, face} = await run('pnet', [1, 3, h, w], input)
    const [rows, columns] = face.dims.slice(2), n = rows * columns, here = []
    for (let i = 0; i < n; i++) {
      const score = face.data[n + i]
      if (score < sure) continue
      const [x, y] = [2 * (i % columns), 2 * Math.floor(i / columns)]
      const corners = [x + 1, y + 1, x + 12, y + 12].map(v => Math.floor(v / scale))
      here.push({at: corners, score, by: [0, 1, 2, 3].map(k => box.data[k * n + i])})
    }
    found.push(...best(here, .5))
  }
  return best(found, .7).map(box => squared(moved(box, box.by, 0)))
}

// The next two look at each box. They count pixels from 1.
async function judged(run, picture, boxes, name, size) {
  const seen = boxes.map(box => {
    const [left, top, right, bottom] = box.at.map(Math.trunc)
    const [w, h] = [picture.width, picture.height]
    return [Math.max(left, 1) - 1, Math.max(top, 1) - 1, Math.min(right, w), Math.min(bottom, h)]
  })
  const inside = p => p[2] > p[0] && p[3] > p[1], parts = seen.filter(inside), n = 3 * size * size
  if (!parts.length) return []
  boxes = boxes.filter((_, i) => inside(seen[i]))
  const input = new Float32Array(n * parts.length)
  parts.forEach((p, i) => shrunk(picture, p, size, size, input, i * n))
  const {box, face, points} = await run(name, [parts.length, 3, size, size], input)
  return boxes.map(({at}, i) => ({
    at, score: face.data[2 * i + 1], by: [...box.data.subarray(4 * i, 4 * i + 4)],
    points: points && [0, 1, 2, 3, 4].map(k => [
      (at[2] - at[0] + 1) * points.data[10 * i + k] + at[0] - 1,
      (at[3] - at[1] + 1) * points.data[10 * i + 5 + k] + at[1] - 1])}))
}

async function mtcnn(run, picture, least) {
  const sure = least > 20 ? [.6, .7, .7] : [.5, .6, .6]
  let boxes = await proposed(run, picture, least, sure[0])
  boxes = (await judged(run, picture, boxes, 'rnet', 24)).filter(box => box.score > sure[1])
  boxes = best(boxes, .7).map(box => squared(moved(box, box.by, 1)))
  boxes = (await judged(run, picture, boxes, 'onet', 48)).filter(box => box.score > sure[2])
  return best(boxes.map(box => ({...moved(box, box.by, 1), points: box.points})), .7, {more: 1, ofSmaller: true})
}

// One look, the longer side reduced to `side`.
async function search(run, picture, side, {sure = .9, least = 26} = {}) {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height)), {margin} = picture
  const [w, h] = [picture.width, picture.height].map(x => Math.max(1, Math.round(x * scale)))
  if (Math.min(w, h) < 20) return []
  const small = margin ? framed(picture, w, h, scale) : smaller(picture, w, h)
  const found = await mtcnn(run, small, least)
  return found.filter(box => box.score >= sure).map(box => ({
    box: box.at.map(x => x / scale), landmarks: box.points.map(p => p.map(x => x / scale)), confidence: box.score}))
}

function framed({width, height, pixels, margin}, w, h, scale) { // a picture with its margin, reduced
  const [left, top] = [margin.left, margin.top].map(x => Math.round(x * scale)), out = new Uint8ClampedArray(4 * w * h)
  for (let i = 0; i < out.length; i += 4) out.set(margin.fill, i)
  const whole = {width: width - 2 * margin.left, height: height - 2 * margin.top, pixels}
  const inner = smaller(whole, w - 2 * left, h - 2 * top)
  for (let y = 0; y < inner.height; y++)
    out.set(inner.pixels.subarray(4 * y * inner.width, 4 * (y + 1) * inner.width), 4 * ((top + y) * w + left))
  return {width: w, height: h, pixels: out}
}

function even(planes) { // stretched contrast and no colour
  const {data} = planes, n = LOOK * LOOK, inner = []
  for (let c = 0; c < 3; c++) for (let y = 16; y < 80; y++)
    for (let x = 16; x < 80; x++) inner.push(data[c * n + y * LOOK + x])
  inner.sort((a, b) => a - b)
  const quantile = q => {
    const where = q * (inner.length - 1), i = Math.floor(where)
    return inner[i] + (where - i) * (inner[Math.min(i + 1, inner.length - 1)] - inner[i])
  }
  const [low, high] = [quantile(.02), quantile(.98)], flat = high - low < 1.2
  const out = data.map(v => flat ? Math.min(1, Math.max(-1, (v - low) / Math.max(high - low, .02) * 1.6 - .8)) : v)
  for (let i = 0; i < n; i++) {
    const grey = .299 * out[i] + .587 * out[n + i] + .114 * out[2 * n + i]
    for (let c = 0; c < 3; c++) out[c * n + i] = grey
  }
  return {...planes, data: out}
}

// Landmarks, 0 to 1 in a wide box, and how sure it is that this is a face: a mean over looks and their mirror images,
// believed less the more they differ.
async function placed(run, planes, looks) {
  const size = LOOK / 2, n = 3 * size * size, input = new Float32Array(2 * looks.length * n)
  looks.forEach(([s, dx, dy], look) => {
    for (let c = 0; c < 3; c++) for (let j = 0; j < LOOK; j++) for (let i = 0; i < LOOK; i++) {
      const u = (s * ((2 * i + 1) / LOOK - 1) + 2 * dx) / WIDE, v = (s * ((2 * j + 1) / LOOK - 1) + 2 * dy) / WIDE
      const value = sample(planes, ((u + 1) * LOOK - 1) / 2, ((v + 1) * LOOK - 1) / 2, c) / 4
      const row = look * n + (c * size + (j >> 1)) * size
      input[row + (i >> 1)] += value
      input[row + looks.length * n + size - 1 - (i >> 1)] += value
    }
  })
  const {points: {data}, face} = await run('onet', [2 * looks.length, 3, size, size], input)
  const answers = []
  looks.forEach(([s, dx, dy], look) => {
    const place = ([x, y]) => [(x - .5) * s / WIDE + dx / WIDE + .5, (y - .5) * s / WIDE + dy / WIDE + .5]
    const [a, b] = [10 * look, 10 * (looks.length + look)]
    answers.push([0, 1, 2, 3, 4].map(k => place([data[a + k], data[a + 5 + k]])),
                 [1, 0, 2, 4, 3].map(k => place([1 - data[b + k], data[b + 5 + k]])))
  })
  const mean = list => list.reduce((sum, v) => sum + v, 0) / list.length
  const points = [0, 1, 2, 3, 4].map(k => [0, 1].map(i => mean(answers.map(points => points[k][i]))))
  const scatter = mean(answers.flatMap(each => each.map((p, k) => distance(p, points[k])))) / distance(...points)
  const sure = mean([...face.data].filter((_, i) => i % 2))
  return {points, sure: sure * Math.exp(-((scatter / .15) ** 2))}
}

async function look(run, picture, landmarks, looks) {
  const wide = [WIDE, 0, .5 - WIDE / 2, 0, WIDE, .5 - WIDE / 2]
  const box = within(within(placeOf(landmarks), BOX), wide), seen = even(crop(picture, box, LOOK))
  const {points, sure} = await placed(run, seen, looks)
  return {landmarks: points.map(p => at(box, ...p)), sure}
}

async function lookAgain(run, picture, landmarks) { // until the landmarks come to rest
  for (let n = 0; n < 6; n++) {
    const before = landmarks
    landmarks = (await look(run, picture, before, LOOKS.slice(0, 1))).landmarks
    const moved = landmarks.reduce((sum, p, k) => sum + distance(p, before[k]), 0) / 5
    if (moved < .15 * distance(...landmarks)) break
  }
  return await look(run, picture, landmarks, LOOKS)
}

const middle = landmarks => [0, 1].map(i => landmarks.reduce((sum, p) => sum + p[i], 0) / 5)
const distance = (p, q) => Math.hypot(p[0] - q[0], p[1] - q[1])
const near = (a, b) => distance(middle(a.landmarks), middle(b.landmarks)) < 1.5 * distance(...b.landmarks)

const cutOff = ({width, height}, [left, top, right, bottom]) =>
  Math.min(left, top, width - right, height - bottom) < -.08 * (right - left)

async function confirmed(run, picture, faces, least) { // those that the second look is sure of
  const kept = []
  for (const face of [...faces].sort((a, b) => b.confidence - a.confidence)) {
    let [landmarks, sure] = [face.landmarks, .8 * face.confidence]
    if (!cutOff(picture, face.box)) ({landmarks, sure} = await lookAgain(run, picture, landmarks))
    const apart = distance(...landmarks), strayed = distance(middle(landmarks), middle(face.landmarks)) > .3 * apart
    if (strayed && sure < .75) landmarks = face.landmarks // it saw something else
    const centre = middle(landmarks)
    const known = kept.some(other => distance(centre, middle(other.landmarks)) < apart / 2)
    if (sure >= least && !known) kept.push({...face, landmarks, confidence: sure})
  }
  return kept
}

const mapped = (face, place) => { // a face of a turned picture, or one with a margin
  const [left, top, right, bottom] = face.box, ends = [at(place, left, top), at(place, right, bottom)]
  const [x, y] = [0, 1].map(i => ends.map(p => p[i]))
  return {...face, landmarks: face.landmarks.map(p => at(place, ...p)),
          box: [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)]}
}

function quarter({width, height, pixels}) { // turned anticlockwise
  const from = new Uint32Array(pixels.buffer, pixels.byteOffset, width * height), to = new Uint32Array(width * height)
  for (let y = 0; y < width; y++) for (let x = 0; x < height; x++) to[y * height + x] = from[x * width + width - 1 - y]
  return {width: height, height: width, pixels: new Uint8ClampedArray(to.buffer)}
}

function stretched({width, height, pixels}) { // dark and faded pictures as bright as others
  const counts = new Uint32Array(256), n = width * height, out = new Uint8ClampedArray(pixels.length).fill(255)
  for (let i = 0; i < 4 * n; i += 4)
    counts[Math.round(.299 * pixels[i] + .587 * pixels[i + 1] + .114 * pixels[i + 2])]++
  const end = (list, left = n / 100) => list.findIndex(count => (left -= count) < 0) // beyond it lies a hundredth
  const low = end(counts), high = 255 - end(counts.slice().reverse())
  if (high <= low) return {width, height, pixels}
  for (let i = 0; i < 4 * n; i++) if (i % 4 < 3) out[i] = (pixels[i] - low) * 255 / (high - low)
  return {width, height, pixels: out}
}

async function upright(run, picture, side, least = 20) {
  return await confirmed(run, picture, await search(run, picture, side, {sure: .7, least}), .7)
}

async function inMargin(run, picture) {
  const padded = withMargin(picture), {left, top} = padded.margin
  const found = await confirmed(run, padded, await search(run, padded, 512, {sure: .7}), .7)
  return found.map(face => mapped(face, [1, 0, -left, 0, 1, -top]))
}

async function turned(run, picture, side) {
  const found = []
  let view = picture, back = [1, 0, 0, 0, 1, 0]
  for (let n = 0; n < 3; n++) {
    back = within(back, [0, -1, view.width, 1, 0, 0])
    view = quarter(view)
    const faces = await confirmed(run, view, await search(run, view, side, {sure: .7}), .7)
    found.push(...faces.map(face => mapped(face, back)))
  }
  found.sort((a, b) => b.confidence - a.confidence)
  return found.filter((face, i) => !found.slice(0, i).some(other => near(face, other)))
}

// All faces of a picture, the largest first: box, five landmarks and confidence.
export async function findFaces(run, picture, side = 1024) {
  const first = await search(run, picture, side)
  let faces = await confirmed(run, picture, first, .7)
  const large = ({box: [left, top, right, bottom]}) =>
    right - left > .75 * picture.width || bottom - top > .75 * picture.height
  if (first.some(large)) {
    const again = await inMargin(run, picture)
    if (again.length) faces = again
  }
  if (!faces.length) faces = await confirmed(run, picture, first, .3)
  if (!faces.length) {
    const bright = stretched(picture) // what is stretched may spoil a small face: those are searched in the photo
    for (const way of [upright, turned, inMargin]) if (!faces.length) faces = await way(run, bright, side)
    if (!faces.length && Math.max(picture.width, picture.height) > side) faces = await upright(run, picture, 3072, 16)
  }
  return (faces.length ? faces : first).sort((a, b) => area(b.box) - area(a.box))
}
