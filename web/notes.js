// What a saved picture says of itself: that AI edited it, from which age to which, and what the camera noted.

const xmp = (from, to) => `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmlns:reaging="urn:reaging:xmp/"
 xmp:CreatorTool="reaging" reaging:InputAge="${from}" reaging:TargetAge="${to}"
 Iptc4xmpExt:DigitalSourceType=
 "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"/></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`

const encode = text => new TextEncoder().encode(text)
const latin = bytes => String.fromCharCode(...bytes)
const joined = async parts => new Uint8Array(await new Blob(parts).arrayBuffer())
const big = (n, bytes = 4) => Uint8Array.from({length: bytes}, (_, i) => n >>> 8 * (bytes - 1 - i))

// The EXIF of a JPEG, or nothing. It says upright, as the picture is now, and has no preview of the photo any more.
export function exifOf(jpeg) {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.length)
  if (jpeg.length < 4 || view.getUint16(0) != 0xffd8) return
  for (let i = 2; i + 10 < jpeg.length && jpeg[i] == 0xff && jpeg[i + 1] != 0xda; i += 2 + view.getUint16(i + 2))
    if (jpeg[i + 1] == 0xe1 && latin(jpeg.subarray(i + 4, i + 10)) == 'Exif\0\0')
      try { return upright(jpeg.slice(i + 10, i + 2 + view.getUint16(i + 2))) } catch { return } // it is broken
}

function upright(tiff) {
  const view = new DataView(tiff.buffer), little = tiff[0] == 0x49
  const short = i => view.getUint16(i, little), long = i => view.getUint32(i, little)
  const entries = at => Array.from({length: short(at)}, (_, i) => at + 2 + 12 * i)
  const first = long(4), end = first + 2 + 12 * short(first)
  for (const at of entries(first)) if (short(at) == 0x0112) view.setUint16(at + 8, 1, little)
  if (long(end)) {
    const preview = Object.fromEntries(entries(long(end)).map(at => [short(at), long(at + 8)]))
    if (preview[0x0201]) tiff.fill(0, preview[0x0201], preview[0x0201] + (preview[0x0202] ?? 0))
    view.setUint32(end, 0, little)
  }
  return tiff
}

const table = Uint32Array.from({length: 256}, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ n >>> 1 : n >>> 1
  return n
})

function chunk(name, data) { // of a PNG
  const body = Uint8Array.from([...encode(name), ...data])
  return [big(data.length), body, big(~body.reduce((crc, byte) => table[(crc ^ byte) & 255] ^ crc >>> 8, -1))]
}

function segment(data) { // of a JPEG
  return data.length < 65534 ? [Uint8Array.of(0xff, 0xe1), big(data.length + 2, 2), data] : [] // it holds no more
}

function riff(name, data) { // a chunk of a WebP
  const size = Uint8Array.from(big(data.length)).reverse()
  return [encode(name), size, data, new Uint8Array(data.length % 2)]
}

function chunks(webp) { // [name, data] of each
  const view = new DataView(webp.buffer), all = []
  for (let i = 12, size; i + 8 <= webp.length; i += 8 + size + size % 2) {
    size = view.getUint32(i + 4, true)
    all.push([latin(webp.subarray(i, i + 4)), webp.subarray(i + 8, i + 8 + size)])
  }
  return all
}

async function inWebp(bytes, text, exif, {width, height}) { // notes need the longer header, which names them
  const all = chunks(bytes), little = n => big(n, 3).reverse()
  let header = all.find(([name]) => name == 'VP8X')?.[1].slice()
  header ??= Uint8Array.of(0, 0, 0, 0, ...little(width - 1), ...little(height - 1))
  header[0] |= exif ? 12 : 4
  const others = all.filter(([name]) => name != 'VP8X').flatMap(chunk => riff(...chunk))
  const body = await joined([encode('WEBP'), ...riff('VP8X', header), ...others,
    ...exif ? riff('EXIF', exif) : [], ...riff('XMP ', text)])
  return riff('RIFF', body)
}

function inGif(bytes, text) { // before its last byte; after the text come bytes that lead any reader to its end
  const end = Uint8Array.of(1, ...Array.from({length: 256}, (_, i) => 255 - i), 0)
  return [bytes.subarray(0, -1), Uint8Array.of(0x21, 0xff, 11), encode('XMP DataXMP'), text, end, bytes.subarray(-1)]
}

// A picture file with these notes: `from` and `to` are texts, `exif` is from `exifOf`;
// a WebP needs its size, too.
export async function noted(blob, from, to, exif, size) {
  const bytes = new Uint8Array(await blob.arrayBuffer()), text = encode(xmp(from, to))
  if (blob.type == 'image/png') {
    const parts = chunk('iTXt', [...encode('XML:com.adobe.xmp\0\0\0\0\0'), ...text])
    if (exif) parts.push(...chunk('eXIf', exif))
    return new Blob([bytes.subarray(0, 33), ...parts, bytes.subarray(33)], {type: blob.type}) // after its header
  }
  if (blob.type == 'image/webp') return new Blob(await inWebp(bytes, text, exif, size), {type: blob.type})
  if (blob.type == 'image/gif') return new Blob(inGif(bytes, text), {type: blob.type})
  const parts = segment(await joined([encode('http://ns.adobe.com/xap/1.0/\0'), text]))
  if (exif) parts.unshift(...segment(await joined([encode('Exif\0\0'), exif])))
  return new Blob([bytes.subarray(0, 2), ...parts, bytes.subarray(2)], {type: blob.type})
}
