// What can be seen of a face, as far as colours tell: the steps of `in_view` in `reaging.pictures.faces`.
const SMALL = 112, clamp = (x, low, high) => Math.min(Math.max(x, low), high)
const ramp = (x, start, wide) => clamp((x - start) / wide, 0, 1)
const degrees = (y, x) => Math.atan2(y, x) * 180 / Math.PI

// A crop of `size` reduced: each pixel the mean of those that it touches.
function reduced({width: size, data}) {
  const out = new Float64Array(3 * SMALL * SMALL), first = i => Math.floor(i * size / SMALL)
  for (let c = 0, k = 0; c < 3; c++) for (let i = 0; i < SMALL; i++) for (let j = 0; j < SMALL; j++, k++) {
    const [top, bottom, left, right] = [first(i), -first(-i - 1), first(j), -first(-j - 1)]
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) out[k] += data[(c * size + y) * size + x]
    out[k] /= (bottom - top) * (right - left)
  }
  return out
}

function lab(red, green, blue) { // -1 to 1 → lightness 0 to 100, and two axes of colour
  const [r, g, b] = [red, green, blue].map(x => (clamp(x, -1, 1) + 1) / 2)
    .map(x => x <= .04045 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4)
  const [x, y, z] = [[.4339, .3762, .1899], [.2126, .7152, .0722], [.0177, .1095, .8727]]
    .map(([p, q, s]) => p * r + q * g + s * b).map(t => t > .008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

// Cheeks, nose and forehead of the template: centres, and half axes, in parts of the crop.
const OVALS = [[.30875, .595, .1375, .1625], [.69125, .595, .1375, .1625], [.5, .57125, .105, .1625], [.5, .2375, .2875, .15]]
const soft = (r, border) => { const t = clamp((1 - r) / border, 0, 1); return t * t * (3 - 2 * t) }
const FACE = Array.from({length: SMALL * SMALL}, (_, i) => {
  const [x, y] = [(i % SMALL + .5) / SMALL, (Math.floor(i / SMALL) + .5) / SMALL]
  const [left, right, nose, forehead] = OVALS.map(([u, v, a, b]) => soft(Math.hypot((x - u) / a, (y - v) / b), .5))
  const head = soft((Math.abs((x - .5) / .42) ** 2.5 + Math.abs((y - .49) / .47) ** 2.5) ** .4, .2)
  return (Math.max(left, right) + nose + forehead) * head > .5
})

function strange(small) { // how sure it is that a colour is neither skin nor hair
  const n = SMALL * SMALL, labs = Array.from({length: n}, (_, i) => lab(small[i], small[n + i], small[2 * n + i]))
  const looks = labs.map(([light, a, b]) => ({light, hue: degrees(b, a), colour: Math.hypot(a, b)}))
  const skin = labs.filter((_, i) => FACE[i] && looks[i].hue > -10 && looks[i].hue < 100 && looks[i].colour > 5)
  if (skin.length < .15 * FACE.filter(Boolean).length) return new Float64Array(n) // grey, or in strange light
  const median = axis => skin.map(color => color[axis]).sort((p, q) => p - q)[(skin.length - 1) >> 1]
  const own = degrees(median(2), median(1))
  return Float64Array.from(looks, ({light, hue, colour}) => {
    const far = Math.abs(((hue - own + 180) % 360 + 360) % 360 - 180)
    return ramp(far, 60, 30) * ramp(colour, 8, 6) * ramp(light, 35, 10)
  })
}

// What `pick` makes of each pixel and its neighbours up to `reach` away.
function around(plane, reach, pick) {
  return plane.map((_, i) => {
    const [x, y] = [i % SMALL, Math.floor(i / SMALL)], near = []
    for (let v = Math.max(0, y - reach); v <= Math.min(SMALL - 1, y + reach); v++)
      for (let u = Math.max(0, x - reach); u <= Math.min(SMALL - 1, x + reach); u++) near.push(plane[v * SMALL + u])
    return pick(near)
  })
}

const least = list => Math.min(...list), most = list => Math.max(...list)
const mean = list => list.reduce((sum, x) => sum + x) / list.length

// For each pixel of a crop: 0 where something of a colour that no face has is in front, else 1.
export function seen(crop) {
  const found = strange(reduced(crop)), large = around(around(found, 2, least), 2, most) // what is small disappears
  const plane = around(found.map((x, i) => Math.min(x, large[i])), 1, mean), size = crop.width
  const axis = Array.from({length: size}, (_, i) => {
    const at = clamp((i + .5) * SMALL / size - .5, 0, SMALL - 1), low = Math.floor(at)
    return [low, Math.min(low + 1, SMALL - 1), at - low]
  })
  return Float32Array.from({length: size * size}, (_, i) => {
    const [left, right, p] = axis[i % size], [top, bottom, q] = axis[Math.floor(i / size)]
    const row = y => plane[y * SMALL + left] * (1 - p) + plane[y * SMALL + right] * p
    return 1 - row(top) * (1 - q) - row(bottom) * q
  })
}
