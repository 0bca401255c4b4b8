// The photo on the screen, at any ages: what changes was computed at some ages, and is blended between them.
import {around, painted} from './blend.js'

const UNITS = 64 // see worker.js
const {ceil, floor, hypot, max, min} = Math

export class View {
  constructor(canvas) {
    this.canvas = canvas
    this.pen = canvas.getContext('2d', {willReadFrequently: true}) // stays where the processor writes
  }

  // Show a photo, at most so many pixels wide and high.
  show(bitmap, most) {
    this.scale = min(1, most / max(bitmap.width, bitmap.height))
    const [w, h] = [bitmap.width, bitmap.height].map(x => max(1, Math.round(x * this.scale)))
    Object.assign(this.canvas, {width: w, height: h})
    this.pen.imageSmoothingQuality = 'high'
    this.pen.drawImage(bitmap, 0, 0, w, h)
    this.before = this.pen.getImageData(0, 0, w, h)
    this.after = this.pen.getImageData(0, 0, w, h)
    this.changes = [] // for each face a Map: age → what changes
    this.edge = 0 // left of it is the photo as it was
    this.strokes = []
    this.paint = null // {ages, shares}: a number for each pixel
  }

  // Draw the faces at their ages; a face without one stays as it is.
  draw(ages) {
    const {width} = this.canvas, regions = this.changes.map(c => c?.values().next().value).filter(Boolean)
    for (const {left, top, width: w, height: h} of regions) // as they were
      for (let y = top; y < top + h; y++) {
        const start = 4 * (y * width + left), end = start + 4 * w
        this.after.data.set(this.before.data.subarray(start, end), start)
      }
    this.changes.forEach((changes, face) => {
      if (!changes?.size || ages[face] == null && !this.paint) return
      const known = [...changes].sort((a, b) => a[0] - b[0]).map(([age, {data}]) => [age, data])
      const [[, region]] = changes
      if (!this.paint) return add(this.after, region, ...around(known, ages[face]))
      const here = painted(known, ages[face], this.part('ages', region), this.part('shares', region))
      add(this.after, region, here, here, 0)
    })
    const edge = Math.round(this.edge * width)
    this.pen.putImageData(this.after, 0, 0, edge, 0, width - edge, this.canvas.height)
    if (edge) this.pen.putImageData(this.before, 0, 0, 0, 0, edge, this.canvas.height)
  }

  part(name, {left, top, width, height}) { // of the painted ages or shares
    const all = this.paint[name], out = new Float32Array(width * height)
    for (let y = 0, at = top * this.canvas.width + left; y < height; y++, at += this.canvas.width)
      out.set(all.subarray(at, at + width), y * width)
    return out
  }

  // A line of the brush, with a soft border; it covers what was painted before.
  line([x, y], [u, v], radius, age) {
    const {width, height} = this.canvas, empty = () => new Float32Array(width * height)
    const {ages, shares} = this.paint ??= {ages: empty(), shares: empty()}
    const [dx, dy] = [u - x, v - y], long = dx * dx + dy * dy || 1
    const [left, right] = [max(0, floor(min(x, u) - radius)), min(width, ceil(max(x, u) + radius))]
    const [top, bottom] = [max(0, floor(min(y, v) - radius)), min(height, ceil(max(y, v) + radius))]
    for (let j = top; j < bottom; j++) for (let i = left; i < right; i++) {
      const t = min(1, max(0, ((i - x) * dx + (j - y) * dy) / long)), k = j * width + i
      const share = min(1, 2 - 2 * hypot(i - x - t * dx, j - y - t * dy) / radius)
      if (share <= 0) continue
      const below = shares[k] * (1 - share)
      ages[k] = (share * age + below * ages[k]) / (share + below)
      shares[k] = share + below
    }
  }

  // Begin a stroke at a point, or go on with the last one.
  begin(point, radius, age) { this.strokes.push({points: [], radius, age}); this.goOn(point) }
  goOn(point) {
    const {points, radius, age} = this.strokes.at(-1)
    this.line(points.at(-1) ?? point, point, radius, age)
    points.push(point)
  }

  // Take back the last strokes, by default one.
  undo(n = 1) {
    const kept = this.strokes.slice(0, -n)
    this.strokes = []; this.paint = null
    for (const {points: [first, ...others], radius, age} of kept) {
      this.begin(first, radius, age)
      for (const point of others) this.goOn(point)
    }
  }
}

function add(image, {left, top, width, height}, low, high, t) {
  const out = image.data, n = width * height, [a, b] = [(1 - t) / UNITS, t / UNITS]
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0, at = 4 * ((top + y) * image.width + left); x < width; x++, i++, at += 4) {
      out[at] += a * low[i] + b * high[i]
      out[at + 1] += a * low[n + i] + b * high[n + i]
      out[at + 2] += a * low[2 * n + i] + b * high[2 * n + i]
    }
}
