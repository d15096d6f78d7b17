// Real SMTP servers for the tests, and a door over HTTP through which a test sees what arrived and says how to behave.
import { createServer } from 'node:http'
import net from 'node:net'
import { SMTPServer } from 'smtp-server'

const USER = 'postmaster'
const PASS = 'smtp-password-that-nobody-logs'

// Greets at once, where its base waits 100 ms for clients that talk too soon: in the tests each mail is a connection.
class PromptServer extends SMTPServer {
  connect(...socket) {
    super.connect(...socket)
    const newest = [...this.connections].at(-1)
    newest.connectionReady()
    newest.connectionReady = () => {}
  }
}

export default async function setup(project) {
  const received = []
  const seen = new Map()

  // What a recipient's domain stands for; everything else is accepted.
  function refusal(address, at) {
    const domain = address.split('@')[1]
    const times = (seen.get(`${at} ${address}`) ?? 0) + 1
    seen.set(`${at} ${address}`, times)
    if (at === 'rcpt' && domain === 'refused.test') return fail(550, '5.1.1 No such user here')
    if (at === 'rcpt' && domain === 'greylist.test' && times === 1) return fail(451, '4.7.1 Greylisted, try again')
    if (at === 'data' && domain === 'spam.test') return fail(554, '5.7.1 Looks like spam')
    return undefined
  }

  function fail(responseCode, message) {
    return Object.assign(new Error(message), { responseCode })
  }

  const mailServer = (options = {}) =>
    new PromptServer({
      disabledCommands: ['STARTTLS', ...(options.onAuth ? [] : ['AUTH'])],
      allowInsecureAuth: true,
      authOptional: !options.onAuth,
      disableReverseLookup: true,
      logger: false,
      onRcptTo: ({ address }, _, done) => done(refusal(address, 'rcpt')),
      onData(stream, session, done) {
        const chunks = []
        stream.on('data', (chunk) => chunks.push(chunk))
        stream.on('end', () => {
          const to = session.envelope.rcptTo.map(({ address }) => address)
          const refused = to.map((address) => refusal(address, 'data')).find(Boolean)
          if (!refused) received.push({ to, raw: Buffer.concat(chunks).toString('utf8') })
          done(refused)
        })
      },
      ...options,
    })

  const onAuth = ({ username, password }, _, done) =>
    username === USER && password === PASS ? done(null, { user: username }) : done(fail(535, '5.7.8 Wrong credentials'))
  const listening = (server, port = 0) =>
    new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => resolve(server.address?.().port ?? server.server.address().port))
    })

  const smtp = mailServer()
  const guarded = mailServer({ onAuth })
  const rude = net.createServer((socket) => {
    socket.on('error', () => {})
    socket.write('220 mail.test ESMTP\r\n', () => socket.destroy())
  })
  // A free port below those that systems give to whatever asks for any, so that nobody else is given it in the meantime.
  async function quietPort(port = 20_000 + Math.floor(Math.random() * 10_000)) {
    const placeholder = net.createServer()
    const taken = await listening(placeholder, port).then(
      () => false,
      () => true,
    )
    if (taken) return quietPort(port + 1)
    await new Promise((resolve) => placeholder.close(resolve))
    return port
  }
  // A port at which nobody listens until the door says so.
  const sleeper = mailServer()
  const sleeping = await quietPort()
  let isAwake = false

  const door = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://door')
    if (url.pathname === '/wake' && !isAwake) {
      isAwake = true
      await listening(sleeper, sleeping)
    }
    const to = url.searchParams.get('to')
    const found = received.filter((mail) => to === null || mail.to.some((address) => address.includes(to)))
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(url.pathname === '/mails' ? found : null))
  })

  const ports = {
    smtp: await listening(smtp),
    guarded: await listening(guarded),
    rude: await listening(rude),
    sleeping,
    door: await listening(door),
  }
  project.provide('smtp', { ...ports, user: USER, pass: PASS })
  return async () => {
    for (const server of [smtp, guarded, ...(isAwake ? [sleeper] : [])]) await new Promise((done) => server.close(done))
    for (const server of [rude, door]) {
      server.closeAllConnections?.()
      await new Promise((done) => server.close(done))
    }
  }
}
