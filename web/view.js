// The photo on the screen, at any ages: what changes was computed at some ages, and is blended between them.

const UNITS = 64 // see worker.js

export class View {
  constructor(canvas) {
    this.canvas = canvas
    this.pen = canvas.getContext('2d', {willReadFrequently: true}) // stays where the processor writes
  }

  // Show a photo, at most so many pixels wide and high.
  show(bitmap, most) {
    this.scale = Math.min(1, most / Math.max(bitmap.width, bitmap.height))
    const [w, h] = [bitmap.width, bitmap.height].map(x => Math.max(1, Math.round(x * this.scale)))
    Object.assign(this.canvas, {width: w, height: h})
    this.pen.imageSmoothingQuality = 'high'
    this.pen.drawImage(bitmap, 0, 0, w, h)
    this.before = this.pen.getImageData(0, 0, w, h)
    this.after = this.pen.getImageData(0, 0, w, h)
    this.changes = [] // for each face a Map: age → what changes
    this.edge = 0 // left of it is the photo as it was
  }

  // The computed ages around one, and how far between them it is.
  around(changes, age) {
    const known = [...changes.keys()].sort((a, b) => a - b)
    if (!known.length) return []
    const i = known.findIndex(x => x >= age), high = known.at(i), low = i < 0 ? high : known[Math.max(i - 1, 0)]
    return [changes.get(low), changes.get(high), high == low ? 0 : Math.min(1, Math.max(0, (age - low) / (high - low)))]
  }

  // Draw the faces at their ages; a face without one stays as it is.
  draw(ages) {
    const width = this.canvas.width, regions = this.changes.map(c => c?.values().next().value).filter(Boolean)
    for (const {left, top, width: w, height: h} of regions) // as they were
      for (let y = top; y < top + h; y++) {
        const start = 4 * (y * width + left), end = start + 4 * w
        this.after.data.set(this.before.data.subarray(start, end), start)
      }
    this.changes.forEach((changes, face) => {
      if (!changes || ages[face] == null) return
      const [low, high, t] = this.around(changes, ages[face])
      if (low) add(this.after, low, low.data, high.data, t)
    })
    const edge = Math.round(this.edge * width)
    this.pen.putImageData(this.after, 0, 0, edge, 0, width - edge, this.canvas.height)
    if (edge) this.pen.putImageData(this.before, 0, 0, 0, 0, edge, this.canvas.height)
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
