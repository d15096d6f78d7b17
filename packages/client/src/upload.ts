// Sends a file with its progress: by XMLHttpRequest in a browser, which alone tells it there, and by a stream elsewhere.

/** How far an upload is; `total` is undefined for a stream. Both are bytes. */
export type Progress = { sent: number; total: number | undefined }
export type Send = (request: Request) => Promise<Response>
type OnProgress = (progress: Progress) => void

/** Sends a request with this body and tells how much of it has been sent. */
export function sendWithProgress(send: Send, body: Blob | string, onProgress: OnProgress): Send {
  const blob = typeof body === 'string' ? new Blob([body]) : body
  if (typeof XMLHttpRequest !== 'undefined') return (request) => sendByXhr(request, blob, onProgress)
  return (request) => {
    // `duplex` is in the specification, and not yet in TypeScript's types.
    const init: RequestInit & { duplex: 'half' } = { body: counted(blob, onProgress), duplex: 'half' }
    return send(new Request(request, init))
  }
}

function counted(blob: Blob, onProgress: OnProgress): ReadableStream<Uint8Array> {
  let sent = 0
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      controller.enqueue(chunk)
      sent += chunk.byteLength
      onProgress({ sent, total: blob.size })
    },
  })
  return blob.stream().pipeThrough(count)
}

function sendByXhr(request: Request, blob: Blob, onProgress: OnProgress): Promise<Response> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    xhr.open(request.method, request.url)
    for (const [name, value] of request.headers) xhr.setRequestHeader(name, value)
    xhr.responseType = 'arraybuffer'
    xhr.upload.onprogress = ({ loaded, total, lengthComputable }) =>
      onProgress({ sent: loaded, total: lengthComputable ? total : undefined })
    xhr.onload = () => resolve(responseOf(xhr))
    xhr.onerror = () => reject(new TypeError('Failed to fetch'))
    xhr.onabort = () => reject(request.signal.reason)
    request.signal.addEventListener('abort', () => xhr.abort())
    xhr.send(blob)
  })
}

function responseOf(xhr: XMLHttpRequest): Response {
  const headers = new Headers()
  for (const line of xhr.getAllResponseHeaders().trim().split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  const hasBody = ![204, 205, 304].includes(xhr.status)
  return new Response(hasBody ? xhr.response : null, { status: xhr.status, headers })
}
