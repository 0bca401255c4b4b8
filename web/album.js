// Several ages in one file: a strip, and a film that runs forth and back. Both are what the screen shows.
import {applyPalette, GIFEncoder, quantize} from './gif/gifenc.esm.js'

const LINE = 40 // pixels below the faces, for their ages

// Pictures (canvases of one size) beside each other, each with its age below.
export function strip(pictures, ages) {
  const [{width, height}] = pictures, canvas = document.createElement('canvas'), pen = canvas.getContext('2d')
  Object.assign(canvas, {width: width * pictures.length, height: height + LINE})
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, canvas.width, canvas.height)
  const letters = {font: '24px system-ui, sans-serif', textAlign: 'center', textBaseline: 'middle'}
  Object.assign(pen, {fillStyle: '#000', ...letters})
  pictures.forEach((picture, i) => {
    pen.drawImage(picture, i * width, 0)
    pen.fillText(ages[i], (i + .5) * width, height + LINE / 2)
  })
  return new Promise(done => canvas.toBlob(done, 'image/jpeg', .92))
}

// A GIF of pictures; what stays the same from one to the next is left out. It makes way for the page after each.
export async function film(pictures, milliseconds) {
  const [{width, height}] = pictures, gif = GIFEncoder(), clear = 255 // the number of the colour that is none
  const pixels = pictures.map(picture => picture.getContext('2d').getImageData(0, 0, width, height).data)
  const some = [0, pixels.length >> 1, pixels.length - 1].map(i => pixels[i])
  const palette = [...quantize(new Uint8Array(await new Blob(some).arrayBuffer()), clear), [0, 0, 0]]
  while (palette.length <= clear) palette.push([0, 0, 0])
  const coded = []
  for (const data of pixels) {
    coded.push(applyPalette(data, palette.slice(0, clear)))
    await new Promise(done => setTimeout(done))
  }
  const order = [...coded, ...coded.slice(1, -1).reverse()]
  order.forEach((frame, i) => {
    const changed = i ? frame.map((x, k) => x == order[i - 1][k] ? clear : x) : frame
    gif.writeFrame(changed, width, height,
      {palette: i ? undefined : palette, delay: milliseconds, transparent: i > 0, transparentIndex: clear, dispose: 1})
  })
  gif.finish()
  return new Blob([gif.bytes()], {type: 'image/gif'})
}
