// The page: what people do, and what they see of it. All that computes is in worker.js.
import {film, strip} from './album.js'
import {exifOf, noted} from './notes.js'
import {View} from './view.js'
import {words} from './words.js'

const el = id => document.getElementById(id)
const view = new View(el('view')), MOST = 1280 // pixels of the picture on the screen

// Words.
let language = navigator.languages.map(name => name.slice(0, 2)).find(name => words[name]) ?? 'en'
let said = ['loading', {done: 0, all: '…'}]
const word = (key, values = {}) => (words[language][key] ?? words[language].failed.replace('{error}', key))
  .replace(/{(\w+)}/g, (_, name) => values[name])

function say(key, values) {
  said = [key, values]
  el('say').textContent = key ? word(key, values) : ''
}

function speak() { // the whole page in its language
  document.documentElement.lang = language
  for (const node of document.querySelectorAll('[data-word]')) node.textContent = word(node.dataset.word)
  for (const node of document.querySelectorAll('[data-label]')) node.ariaLabel = word(node.dataset.label)
  say(...said)
  if (photo) { showFaces(); showPlay() }
}

// The worker: a promise for every message.
const worker = new Worker('worker.js', {type: 'module'}), waiting = new Map()
let asked = 0
worker.onmessage = ({data}) => {
  const mega = bytes => Math.round(bytes / 1e6)
  if (data.loaded) return say('loading', {done: mega(data.loaded), all: mega(data.all)})
  const {done, fail} = waiting.get(data.id)
  waiting.delete(data.id)
  if ('error' in data) fail(Error(data.error)); else done(data.answer)
}
worker.onerror = event => say(event.message ?? 'no-network')

function ask(what, args = [], transfer = []) {
  return new Promise((done, fail) => {
    waiting.set(++asked, {done, fail})
    worker.postMessage({id: asked, what, args}, transfer)
  })
}

// The photo, and its faces: each with its age on the photo and the age that is shown, if it was asked for.
let photo, faces = [], chosen = null, ages = [18, 88], playing, marking, painting

const ready = ask('start').then(network => { useAges(network.ages); say() })
ready.catch(error => say(error.message))

function useAges([low, high]) {
  ages = [low, high]
  Object.assign(el('to'), {min: low, max: high})
}

async function show(file, name = file.name) {
  stop(); mark(false); paint(false)
  let bitmap
  try { bitmap = await createImageBitmap(file) } catch { return say('not-picture', {name: name ?? ''}) }
  const exif = exifOf(new Uint8Array(await file.arrayBuffer())), mine = photo = {name: name ?? 'photo.jpg', exif}
  faces = []; chosen = null
  view.show(bitmap, MOST)
  el('wipe').value = 0; el('edge').hidden = true
  el('empty').hidden = true; el('work').hidden = false
  showFaces(); enable()
  try {
    await ready
    say('searching')
    const found = await ask('open', [bitmap], [bitmap])
    if (photo != mine) return // another one has come
    photo.searched = true
    for (const face of found) add(face)
    arrived()
  } catch (error) { say(error.message) }
}

function add({box, age}) {
  faces.push({box, from: Math.round(Math.max(1, age)), to: null})
  view.changes.push(new Map())
}

function arrived() {
  if (faces.length) setSlider(faces[0].from)
  if (!faces.length) say('none')
  else if (faces.length == 1) say('found1', {age: faces[0].from})
  else say('found', {n: faces.length})
  showFaces(); enable()
  fill()
}

const picked = () => chosen == null ? faces : [faces[chosen]]

function setSlider(age) {
  el('to').value = age
  el('shown').value = el('to').value
}

function enable() {
  for (const id of ['to', 'play', 'wipe', 'paint']) el(id).disabled = !faces.length
  el('mark').disabled = !photo.searched
  for (const id of ['undo', 'clear']) el(id).disabled = !view.strokes.length
  const one = !(el('kind').value in albums), changed = view.paint || faces.some(face => face.to != null)
  el('save').disabled = !faces.length || one && !changed
}

// Ages that are computed, the others lie between them: that on the photo, and about every tenth year.
function knots(face) {
  const [low, high] = ages, steps = Math.max(1, Math.round((high - low) / 10))
  const tens = Array.from({length: steps + 1}, (_, i) => low + i * (high - low) / steps)
  return [...new Set([Math.min(Math.max(face.from, low), high), ...tens])]
}

let filling
const fill = () => filling ??= compute().finally(() => { filling = undefined })
async function compute() { // what is missing, nearest to the slider first
  try {
    for (;;) {
      const all = faces.flatMap((face, i) => knots(face).map(age => ({face, i, age})))
      const missing = all.filter(({i, age}) => !view.changes[i].has(age))
      Object.assign(el('computed'), {max: all.length || 1, value: all.length - missing.length, hidden: !missing.length})
      if (!missing.length) break
      const far = ({face, age}) => Math.abs(age - (face.to ?? +el('to').value))
      const next = missing.reduce((a, b) => far(b) < far(a) ? b : a)
      const {face, i, age} = next, {from} = face, changes = view.changes[i]
      const change = await ask('delta', [i, from, age, view.scale, view.canvas.width, view.canvas.height])
      if (faces[i] != face || face.from != from || view.changes[i] != changes) continue // it is asked anew
      changes.set(age, change)
      draw()
    }
  } catch (error) { say(error.message) }
}

function draw() {
  view.draw(faces.map(face => face.to))
}

// Faces: boxes on the photo to choose by, and fields for their ages.
function showFaces() {
  const several = faces.length > 1
  el('all').hidden = !several
  el('all').setAttribute('aria-pressed', chosen == null)
  el('boxes').replaceChildren(...faces.map(({box}, i) => {
    const button = Object.assign(document.createElement('button'), {className: 'face', hidden: !several})
    const part = (length, whole) => `${100 * length * view.scale / whole}%`, {width, height} = view.canvas
    button.style.left = part(box[0], width); button.style.top = part(box[1], height)
    button.style.width = part(box[2] - box[0], width); button.style.height = part(box[3] - box[1], height)
    button.onclick = () => choose(i)
    button.setAttribute('aria-pressed', chosen == i)
    button.append(Object.assign(document.createElement('span'), {textContent: word('face', {n: i + 1})}))
    return button
  }))
  el('faces').replaceChildren(...faces.map((face, i) => {
    const label = document.createElement('label'), text = several ? word('fromN', {n: i + 1}) : word('from')
    const field = Object.assign(document.createElement('input'), {type: 'number', min: 1, max: 100, value: face.from,
      onchange: () => correct(i, field)})
    label.append(text, field)
    return label
  }))
}

function choose(i) {
  const focus = document.activeElement?.closest('.face')
  chosen = i
  if (i != null) setSlider(faces[i].to ?? faces[i].from)
  showFaces()
  if (focus) el('boxes').children[i]?.focus()
}

function correct(i, field) { // the age on the photo
  const age = Math.round(+field.value)
  if (!(age >= 1 && age <= 100)) { field.value = faces[i].from; return }
  faces[i].from = +(field.value = age)
  view.changes[i] = new Map()
  draw(); fill()
}

el('all').onclick = () => choose(null)
el('to').oninput = () => {
  el('shown').value = el('to').value
  if (painting) return // it is the brush's
  for (const face of picked()) face.to = +el('to').value
  draw(); enable()
}
el('wipe').oninput = () => {
  view.edge = el('wipe').value / 100
  el('edge').hidden = !+el('wipe').value
  el('edge').style.left = `${el('wipe').value}%`
  draw()
}
el('edge').hidden = true

// Play: the slider goes up and down by itself.
function showPlay() { el('play').textContent = word(playing ? 'pause' : 'play') }
function stop() { cancelAnimationFrame(playing); playing = undefined; if (photo) showPlay() }
el('play').onclick = () => {
  if (playing) return stop()
  const [low, high] = ages, start = performance.now(), at = +el('to').value - low
  const step = now => {
    playing = requestAnimationFrame(step)
    const way = (at + (now - start) / 40) % (2 * (high - low))
    el('to').value = low + Math.min(way, 2 * (high - low) - way)
    el('to').oninput()
  }
  playing = requestAnimationFrame(step)
  showPlay()
}

// A face that was not found is shown by clicks on its eyes.
function mark(on) {
  marking = on ? [] : undefined
  document.body.classList.toggle('marking', on)
  el('mark').setAttribute('aria-pressed', on)
}
el('mark').onclick = () => { paint(false); mark(!marking); if (marking) say('markEyes') }
el('view').onclick = async event => {
  if (!marking) return
  const by = 1 / view.scale * view.canvas.width / view.canvas.clientWidth
  marking.push([event.offsetX * by, event.offsetY * by])
  if (marking.length < 2) return say('markOther')
  if (Math.abs(marking[0][0] - marking[1][0]) < 8) { marking = []; return say('sameEye') }
  const eyes = marking, mine = photo
  mark(false)
  try {
    const face = await ask('mark', [eyes])
    if (photo != mine) return
    view.changes = view.changes.map(() => new Map()) // neighbours share what lies between them
    add(face)
    arrived()
  } catch (error) { say(error.message) }
}

// A brush that paints ages: with a pointer, or with arrow keys and the space bar. The slider is the brush's age.
let at = [0, 0], pressed = false // the brush's place in the picture
const radius = () => el('width').value / 100 * Math.min(view.canvas.width, view.canvas.height) / 2

function paint(on) {
  painting = on
  if (on) { stop(); mark(false) }
  document.body.classList.toggle('painting', on)
  el('paint').setAttribute('aria-pressed', on)
  el('brush').hidden = el('ring').hidden = !on
  el('agename').dataset.word = on ? 'brushAge' : 'age'
  Object.assign(el('view'), {tabIndex: on ? 0 : -1, role: on ? 'application' : 'img'})
  el('view').dataset.label = on ? 'brushKeys' : 'photo'
  for (const id of ['agename', 'view']) {
    const {word: text, label} = el(id).dataset
    if (text) el(id).textContent = word(text)
    if (label) el(id).ariaLabel = word(label)
  }
  if (!on) return
  at = [view.canvas.width / 2, view.canvas.height / 2]
  showBrush()
  say('painting')
}

function showBrush() {
  const size = 2 * radius() * view.canvas.clientWidth / view.canvas.width, {style} = el('ring')
  style.width = style.height = `${size}px`
  style.left = `${100 * at[0] / view.canvas.width}%`
  style.top = `${100 * at[1] / view.canvas.height}%`
}

function press() { view.begin(at, radius(), +el('to').value); draw(); enable() }
el('paint').onclick = () => paint(!painting)
el('width').oninput = showBrush
el('undo').onclick = () => { view.undo(); draw(); enable() }
el('clear').onclick = () => { view.undo(view.strokes.length); draw(); enable() }
el('view').onpointerdown = event => {
  if (!painting || !event.isPrimary || event.button) return
  el('view').setPointerCapture(event.pointerId)
  pressed = true
  move(event); press()
}
function move(event) {
  const by = view.canvas.width / view.canvas.clientWidth
  at = [event.offsetX * by, event.offsetY * by]
  showBrush()
}
el('view').onpointermove = event => {
  if (!painting || !event.isPrimary) return
  move(event)
  if (pressed) { view.goOn(at); draw() }
}
el('view').onpointerup = el('view').onpointercancel = () => { pressed = false }
el('view').onkeydown = event => {
  const step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key]
  if (!painting || !step && event.key != ' ') return
  event.preventDefault()
  if (!step) return press()
  const most = [view.canvas.width, view.canvas.height]
  at = at.map((x, i) => Math.min(most[i], Math.max(0, x + step[i] * radius() / 2)))
  showBrush()
}

// Saving. A picture is made anew in full size; strip and film are what the screen shows.
const types = {png: 'image/png', jpg: 'image/jpeg', webp: 'image/webp'}, albums = {strip: 10, film: 3} // years apart
if (!document.createElement('canvas').toDataURL('image/webp').startsWith('data:image/webp'))
  el('kind').querySelector('[value=webp]').remove() // this browser writes none

const download = (blob, name) => {
  const href = URL.createObjectURL(blob)
  Object.assign(document.createElement('a'), {href, download: name}).click()
  setTimeout(() => URL.revokeObjectURL(href), 60_000)
  say('saved', {name})
}

async function picture(kind) { // → blob, and what its name says
  const wishes = faces.map(face => ({from: face.from, to: face.to, knots: knots(face)}))
  const to = [...new Set(faces.flatMap(face => face.to ?? []))], painted = view.strokes.map(stroke => stroke.age)
  const words = painted.length ? [`${Math.min(...painted)} to ${Math.max(...painted)}, painted`] : []
  const layer = view.paint && {...view.paint, width: view.canvas.width, scale: view.scale, words}
  return [await ask('save', [types[kind], wishes, layer, photo.exif]), [...to, ...words.map(() => 'painted')].join('_')]
}

function around() { // the faces that are changed, with hair: left, top, width and height in the picture on the screen
  const {width, height} = view.canvas, boxes = picked().map(({box}) => box.map(x => x * view.scale))
  const ends = boxes.map(([l, t, r, b]) => [l - .6 * (r - l), t - .6 * (b - t), r + .6 * (r - l), b + .5 * (b - t)])
  const [left, top, right, bottom] = ends.reduce((a, b) => a.map((x, i) => (i < 2 ? Math.min : Math.max)(x, b[i])))
    .map((x, i) => Math.round(Math.min(Math.max(x, 0), i % 2 ? height : width)))
  return [left, top, right - left, bottom - top]
}

async function album(kind) { // → blob, and what its name says
  await fill()
  const [low, high] = [Math.max(20, ages[0]), Math.min(80, ages[1])], step = albums[kind]
  const shown = Array.from({length: Math.floor((high - low) / step) + 1}, (_, i) => low + i * step)
  const mine = picked(), place = around(), most = kind == 'film' ? 400 : 512
  const small = Math.min(1, most / Math.max(...place.slice(2)))
  const [w, h] = place.slice(2).map(x => Math.max(1, Math.round(x * small))), {edge} = view
  view.edge = 0
  const pictures = shown.map(age => {
    view.draw(faces.map(face => mine.includes(face) ? age : face.to))
    const canvas = Object.assign(document.createElement('canvas'), {width: w, height: h}), pen = canvas.getContext('2d')
    pen.imageSmoothingQuality = 'high'
    pen.drawImage(view.canvas, ...place, 0, 0, w, h)
    return canvas
  })
  view.edge = edge
  draw()
  const blob = await (kind == 'film' ? film(pictures, 100) : strip(pictures, shown))
  return [await noted(blob, mine.map(face => face.from).join(', '), shown.join(', ')), `${low}-${high}`]
}

async function save() {
  const kind = el('kind').value, name = photo.name.replace(/\.\w+$/, '')
  const ending = {strip: 'jpg', film: 'gif'}[kind] ?? kind
  say('saving')
  el('save').disabled = true
  try {
    const [blob, words] = await (kind in albums ? album : picture)(kind)
    download(blob, `${name}_${words}.${ending}`)
  } catch (error) { say(error.message) }
  enable()
}
el('save').onclick = save
el('kind').onchange = enable

async function useWeights(file) {
  try {
    await ready
    const {ages: span} = await ask('weights', [new Uint8Array(await file.arrayBuffer())])
    useAges(span)
    say('weightsRead', {name: file.name, low: span[0], high: span[1]})
    if (!photo) return
    view.changes = view.changes.map(() => new Map())
    draw(); fill()
  } catch (error) { say(error.message) }
}

// Files come by choosing, dropping or pasting.
const take = file => file && (file.name?.endsWith('.onnx') ? useWeights(file) : show(file))
el('choose').onclick = el('another').onclick = () => el('file').click()
el('weights').onclick = () => el('network').click()
for (const input of [el('file'), el('network')]) input.onchange = () => { take(input.files[0]); input.value = '' }
document.ondragover = event => { event.preventDefault(); document.body.classList.add('over') }
document.ondragleave = () => document.body.classList.remove('over')
document.ondrop = event => {
  event.preventDefault()
  document.body.classList.remove('over')
  take(event.dataTransfer.files[0])
}
document.onpaste = event => take([...event.clipboardData.files][0])

async function fetched(url, name) {
  const answer = await fetch(url)
  if (answer.ok) show(await answer.blob(), name); else say('no-network')
}
el('example').onclick = () => fetched('example.jpg', 'grace_hopper.jpg')
const named = new URLSearchParams(location.search).get('photo') // from `reaging app PHOTO`
if (named) fetched('photo', named)

for (const [name, {language: title}] of Object.entries(words)) el('language').add(new Option(title, name))
el('language').value = language
el('language').onchange = () => { language = el('language').value; speak() }
speak()
navigator.serviceWorker?.register('sw.js')
