// What `reaging export` says of a network. An ONNX file is a list of numbered fields; those numbered 14 are its notes.

function number(bytes, place) { // seven bits a byte, the lowest first
  for (let value = 0, unit = 1; ; unit *= 128) {
    const byte = bytes[place.at++]
    value += (byte & 127) * unit
    if (byte === undefined || byte < 128) return value
  }
}

function *fields(bytes) {
  for (const place = {at: 0}; place.at < bytes.length;) {
    const key = number(bytes, place), kind = key % 8, id = (key - kind) / 8
    if (kind == 0) number(bytes, place)
    else if (kind == 1 || kind == 5) place.at += kind == 1 ? 8 : 4
    else if (kind == 2) {
      const length = number(bytes, place)
      yield [id, bytes.subarray(place.at, place.at += length)]
    } else return // not ONNX
  }
}

// {ages: [lowest, highest], size, …}, or nothing if the file is not from `reaging export`.
export function about(bytes) {
  for (const [id, note] of fields(bytes)) {
    if (id != 14) continue
    const [key, value] = [...fields(note)].map(([, text]) => new TextDecoder().decode(text))
    if (key == 'reaging') return JSON.parse(value)
  }
}
