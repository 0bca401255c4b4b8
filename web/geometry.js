// Where a face is, and how it comes out of a photo and back: the steps of `reaging.pictures.faces`, in the same order
// and with the same rounding, so that a crop made here is the crop made there.
//
// A place is six numbers [a, b, c, d, e, f]: the crop's point (u, v), 0 to 1, lies at (a u + b v + c, d u + e v + f).
// Planes are {width, height, data}: all red numbers, then all green, then all blue, from -1 to 1.
// A picture is {width, height, pixels}, four bytes a pixel; it may lie within a margin: see `withMargin`.

const EYE_DISTANCE = .25, EYE_HEIGHT = .45 // as parts of the crop's side
const TEMPLATE = [[-.5, 0], [.5, 0], [0, .57], [-.465, 1.03], [.465, 1.03]]
  .map(([x, y]) => [x * EYE_DISTANCE + .5, y * EYE_DISTANCE + EYE_HEIGHT])

const clamp = (x, low, high) => Math.min(Math.max(x, low), high)

// The place that puts points nearest to those of the template: least squares over rotation, scale and shift.
export function placeOf(points, template = TEMPLATE) {
  const middle = (list, i) => list.reduce((sum, p) => sum + p[i], 0) / list.length
  const [tx, ty, px, py] = [middle(template, 0), middle(template, 1), middle(points, 0), middle(points, 1)]
  let re = 0, im = 0, all = 0
  template.forEach(([x, y], i) => {
    const [u, v, p, q] = [x - tx, y - ty, points[i][0] - px, points[i][1] - py]
    re += u * p + v * q; im += u * q - v * p; all += u * u + v * v
  })
  re /= all; im /= all
  return [re, -im, px - re * tx + im * ty, im, re, py - im * tx - re * ty]
}

// Landmarks of a face of which only the eyes are known.
export const fromEyes = (left, right) => TEMPLATE.map(p => at(placeOf([left, right], TEMPLATE.slice(0, 2)), ...p))

export const at = ([a, b, c, d, e, f], u, v) => [a * u + b * v + c, d * u + e * v + f]

// The place `inner` of the crop at the place `outer`, as a place in the photo.
export function within([a, b, c, d, e, f], [g, h, i, j, k, l]) {
  return [a * g + b * j, a * h + b * k, a * i + b * l + c, d * g + e * j, d * h + e * k, d * i + e * l + f]
}

export function inverse([a, b, c, d, e, f]) {
  const det = a * e - b * d
  return [e / det, -b / det, (b * f - c * e) / det, -d / det, a / det, (c * d - a * f) / det]
}

export const scaled = (place, by) => place.map(x => x * by)

const side = place => Math.hypot(place[0], place[3]) // of the crop, in pixels of the photo

function corners(place) {
  const four = [[0, 0], [0, 1], [1, 0], [1, 1]].map(([u, v]) => at(place, u, v))
  const [x, y] = [0, 1].map(i => four.map(p => p[i]))
  return {low: [Math.min(...x), Math.min(...y)], high: [Math.max(...x), Math.max(...y)]}
}

// How each pixel of a shorter (or longer) line is made of those of a line: first one, and weights. Bilinear, and when
// shrinking over as many pixels as fall together.
function taps(from, to) {
  const scale = from / to, wide = Math.max(scale, 1)
  return Array.from({length: to}, (_, i) => {
    const centre = (i + .5) * scale
    const first = Math.max(0, Math.trunc(centre - wide + .5)), end = Math.min(from, Math.trunc(centre + wide + .5))
    const weights = Float64Array.from({length: end - first}, (_, j) =>
      Math.max(0, 1 - Math.abs((j + first - centre + .5) / wide)))
    const sum = weights.reduce((a, b) => a + b)
    return {first, weights: weights.map(w => w / sum)}
  })
}

// Planes in another size.
export function resized({width, height, data}, w, h) {
  if (w == width && h == height) return {width, height, data}
  const channels = data.length / (width * height), [across, down] = [taps(width, w), taps(height, h)]
  const lines = new Float32Array(channels * height * w), out = new Float32Array(channels * h * w)
  for (let row = 0; row < channels * height; row++) for (let x = 0; x < w; x++) {
    const {first, weights} = across[x], start = row * width + first
    let sum = 0
    for (let j = 0; j < weights.length; j++) sum += weights[j] * data[start + j]
    lines[row * w + x] = sum
  }
  for (let c = 0; c < channels; c++) for (let y = 0; y < h; y++) {
    const {first, weights} = down[y], end = (c * h + y) * w
    for (let j = 0; j < weights.length; j++) {
      const weight = weights[j], start = (c * height + first + j) * w
      for (let x = 0; x < w; x++) out[end + x] += weight * lines[start + x]
    }
  }
  return {width: w, height: h, data: out}
}

// A picture in another size, rounded to bytes after each direction, as Pillow does. Without its margin.
export function smaller({width, height, pixels}, w, h) {
  const [across, down] = [taps(width, w), taps(height, h)]
  const lines = new Uint8ClampedArray(4 * height * w), out = new Uint8ClampedArray(4 * h * w)
  for (let y = 0; y < height; y++) for (let x = 0; x < w; x++) {
    const {first, weights} = across[x]
    let r = 0, g = 0, b = 0
    for (let j = 0, i = 4 * (y * width + first); j < weights.length; j++, i += 4) {
      r += weights[j] * pixels[i]; g += weights[j] * pixels[i + 1]; b += weights[j] * pixels[i + 2]
    }
    lines.set([r, g, b, 255], 4 * (y * w + x))
  }
  const sums = new Float64Array(4 * w)
  for (let y = 0; y < h; y++) {
    const {first, weights} = down[y]
    sums.fill(0)
    for (let j = 0; j < weights.length; j++)
      for (let x = 0, i = 4 * (first + j) * w; x < 4 * w; x++) sums[x] += weights[j] * lines[i + x]
    out.set(sums, 4 * y * w)
  }
  return {width: w, height: h, pixels: out}
}

// The same picture with half of its size around it in its mean colour, which takes no memory.
export function withMargin(picture) {
  const [left, top] = [picture.width >> 1, picture.height >> 1], n = picture.width * picture.height
  const step = Math.max(1, Math.floor(n / 4096)), seen = Math.ceil(n / step), fill = [0, 0, 0]
  for (let i = 0; i < n; i += step) for (let c = 0; c < 3; c++) fill[c] += picture.pixels[4 * i + c] / seen
  return {...picture, margin: {left, top, fill: fill.map(Math.round)},
          width: picture.width + 2 * left, height: picture.height + 2 * top}
}

// A rectangle of a picture as planes.
export function part({width, pixels, margin, height}, left, top, right, bottom) {
  const [w, h] = [right - left, bottom - top], data = new Float32Array(3 * w * h)
  const [dx, dy] = margin ? [margin.left, margin.top] : [0, 0], [wide, high] = [width - 2 * dx, height - 2 * dy]
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) {
    const [px, py] = [left + x - dx, top + y - dy], i = 4 * (py * wide + px)
    const inside = px >= 0 && px < wide && py >= 0 && py < high
    for (let c = 0; c < 3; c++) data[(c * h + y) * w + x] = (inside ? pixels[i + c] : margin.fill[c]) / 127.5 - 1
  }
  return {width: w, height: h, data}
}

const cubic = t => { // weights of the four pixels around a point between the second and third; A = -3/4
  const near = x => (1.25 * x - 2.25) * x * x + 1, far = x => ((-.75 * x + 3.75) * x - 6) * x + 3
  return [far(t + 1), near(t), near(1 - t), far(2 - t)]
}

// The face, upright and in its standard place: planes of `size` x `size`.
export function crop(picture, place, size) {
  const {low, high} = corners(place), whole = [picture.width, picture.height]
  const lo = low.map((x, i) => clamp(Math.floor(x) - 2, 0, whole[i] - 1))
  const hi = high.map((x, i) => clamp(Math.ceil(x) + 2, lo[i] + 1, whole[i]))
  const shrink = Math.min(1, size / side(place)), [pw, ph] = hi.map((x, i) => x - lo[i])
  const [w, h] = [pw, ph].map(x => Math.max(1, Math.round(x * shrink)))
  const {data} = resized(part(picture, ...lo, ...hi), w, h), out = new Float32Array(3 * size * size)
  for (let row = 0; row < size; row++) for (let column = 0; column < size; column++) {
    const [px, py] = at(place, (column + .5) / size, (row + .5) / size)
    const [x, y] = [(px - lo[0]) / pw * w - .5, (py - lo[1]) / ph * h - .5], [fx, fy] = [Math.floor(x), Math.floor(y)]
    const [wx, wy] = [cubic(x - fx), cubic(y - fy)]
    for (let c = 0; c < 3; c++) {
      let sum = 0
      for (let j = 0; j < 4; j++) {
        const line = (c * h + clamp(fy + j - 1, 0, h - 1)) * w
        for (let i = 0; i < 4; i++) sum += wy[j] * wx[i] * data[line + clamp(fx + i - 1, 0, w - 1)]
      }
      out[(c * size + row) * size + column] = clamp(sum, -1, 1)
    }
  }
  return {width: size, height: size, data: out}
}

// Planes at a point, bilinear; zero outside, or the border's value.
export function sample({width, height, data}, x, y, c, border = false) {
  const [fx, fy] = [Math.floor(x), Math.floor(y)], [tx, ty] = [x - fx, y - fy]
  const value = (i, j) => {
    if (border) [i, j] = [clamp(i, 0, width - 1), clamp(j, 0, height - 1)]
    else if (i < 0 || j < 0 || i >= width || j >= height) return 0
    return data[(c * height + j) * width + i]
  }
  return (1 - ty) * ((1 - tx) * value(fx, fy) + tx * value(fx + 1, fy)) +
    ty * ((1 - tx) * value(fx, fy + 1) + tx * value(fx + 1, fy + 1))
}

// What a network for a part of a crop is shown: centre and side are parts of the crop.
export function chip(planes, [cx, cy, wide], size) {
  const shrink = wide * planes.width / size, n = Math.round(planes.width / shrink)
  const seen = shrink > 1.2 ? resized(planes, n, n) : planes, out = new Float32Array(3 * size * size)
  for (let c = 0; c < 3; c++) for (let j = 0; j < size; j++) for (let i = 0; i < size; i++) {
    const [u, v] = [cx + ((i + .5) / size - .5) * wide, cy + ((j + .5) / size - .5) * wide]
    out[(c * size + j) * size + i] = sample(seen, u * seen.width - .5, v * seen.height - .5, c, true)
  }
  return out
}

// A crop's planes as they lie on a picture of this size: {left, top, width, height, data}, zero outside the crop.
export function uncrop(planes, place, width, height) {
  const {low, high} = corners(place)
  const [left, right] = [Math.floor(low[0]), Math.ceil(high[0])].map(x => clamp(x, 0, width))
  const [top, bottom] = [Math.floor(low[1]), Math.ceil(high[1])].map(y => clamp(y, 0, height))
  const shrink = side(place) / planes.width, n = Math.max(1, Math.round(planes.width * shrink))
  const seen = shrink < 1 ? resized(planes, n, n) : planes, back = inverse(place)
  const [w, h] = [right - left, bottom - top], data = new Float32Array(3 * w * h)
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) {
    const [u, v] = at(back, left + x + .5, top + y + .5), [px, py] = [u * seen.width - .5, v * seen.height - .5]
    if (px <= -1 || py <= -1 || px >= seen.width || py >= seen.height) continue
    for (let c = 0; c < 3; c++) data[(c * h + y) * w + x] = sample(seen, px, py, c)
  }
  return {left, top, width: w, height: h, data}
}

function oval(x, y) {
  const r = (Math.abs((x - .5) / .42) ** 2.5 + Math.abs((y - .49) / .47) ** 2.5) ** .4, t = clamp((1 - r) / .2, 0, 1)
  return t * t * (3 - 2 * t)
}

// Where on a crop a change counts: an oval around face and hair with a soft border; what is another face's is shared.
export function mask(size, place, others) {
  const there = others.map(other => within(inverse(other), place))
  return Float32Array.from({length: size * size}, (_, i) => {
    const [u, v] = [(i % size + .5) / size, (Math.floor(i / size) + .5) / size], here = oval(u, v)
    return here / Math.max(1, there.reduce((sum, place) => sum + oval(...at(place, u, v)), here))
  })
}
