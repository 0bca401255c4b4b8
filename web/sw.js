// Keeps the page's files, so that it works offline after the first visit. What the network has comes first.
importScripts('files.js')
const CACHE = 'reaging'

self.addEventListener('install', event => event.waitUntil(
  caches.open(CACHE).then(cache => cache.addAll(FILES)).then(() => self.skipWaiting())))
self.addEventListener('activate', event => event.waitUntil(self.clients.claim()))

// With these headers a page may use all cores; not every server sends them.
function isolated(answer) {
  const headers = new Headers(answer.headers)
  headers.set('Cross-Origin-Opener-Policy', 'same-origin')
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp')
  return new Response(answer.body, {status: answer.status, statusText: answer.statusText, headers})
}

async function answer(request) {
  const cache = await caches.open(CACHE), url = new URL(request.url)
  url.search = ''
  const path = url.href.slice(self.registration.scope.length), ours = FILES.includes(path || './')
  try {
    const fresh = await fetch(request)
    if (ours && fresh.ok) await cache.put(url.href, fresh.clone())
    return isolated(fresh)
  } catch (error) {
    const kept = await cache.match(url.href)
    if (kept) return isolated(kept)
    throw error
  }
}

self.addEventListener('fetch', event => {
  const {request} = event
  if (request.method == 'GET' && request.url.startsWith(self.registration.scope)) event.respondWith(answer(request))
})
