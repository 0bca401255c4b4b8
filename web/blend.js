// What changes at any age, blended from what was computed at some. Changes are planes of n pixels: red, green, blue.

// Of [age, change], sorted: the two around an age, and how far between them it is.
export function around(known, age) {
  let i = known.findIndex(([x]) => x >= age)
  if (i < 0) i = known.length - 1
  const [[young, low], [old, high]] = [known[Math.max(i - 1, 0)], known[i]]
  return [low, high, old == young ? 0 : Math.min(1, Math.max(0, (age - young) / (old - young)))]
}

// A face of which parts are painted: `ages` and `shares` have a number for each pixel, and a share of 1 hides what the
// face is elsewhere: `to` years old, or unchanged without it.
export function painted(known, to, ages, shares) {
  const n = ages.length, out = new Float32Array(3 * n)
  const put = (i, age, share) => {
    const [low, high, t] = around(known, age)
    for (let k = i; k < 3 * n; k += n) out[k] += share * ((1 - t) * low[k] + t * high[k])
  }
  for (let i = 0; i < n; i++) {
    if (to != null && shares[i] < 1) put(i, to, 1 - shares[i])
    if (shares[i] > 0) put(i, ages[i], shares[i])
  }
  return out
}
