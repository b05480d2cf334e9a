// Sends the files of a form and shows how far it is; the answer takes the place of the page. Without it the form is sent by itself.
// It listens at the document: an answer brings a form of its own.
{
  const mib = (bytes) => `${(bytes / 1024 ** 2).toFixed(1)} MiB`
  const partsOf = (form) => ({
    said: form.querySelector('[data-said]'),
    shown: form.querySelector('[data-progress]'),
    bar: form.querySelector('progress'),
    words: form.querySelector('[data-progress-words]'),
    button: form.querySelector('button'),
  })
  const formOf = ({ target }) => target.closest?.('[data-send-files]')
  const chosenIn = (form) => {
    const files = [...form.elements.files.files]
    return { files: files.length, bytes: files.reduce((sum, file) => sum + file.size, 0) }
  }
  const say = (form, text) => {
    const { said } = partsOf(form)
    said.textContent = text
    said.hidden = text === ''
  }
  // Before a byte is sent that could not be taken.
  const isWithin = (form) => {
    const { files, bytes } = chosenIn(form)
    const { filesLeft, bytesLeft } = form.dataset
    if (files > Number(filesLeft)) return say(form, `At most ${filesLeft} files are taken.`)
    if (bytes > Number(bytesLeft)) return say(form, `These are ${mib(bytes)}; ${mib(Number(bytesLeft))} are taken.`)
    say(form, '')
    return true
  }
  const setSending = (form, isSending) => {
    const { shown, button } = partsOf(form)
    shown.hidden = !isSending
    button.disabled = isSending
  }
  const failed = (form) => {
    setSending(form, false)
    say(form, 'The connection was lost, and nothing has arrived. Try again.')
  }
  // Refused with a page that says why: what is to be done next, or what it says, has the focus.
  const showAnswer = (form, html) => {
    const main = new DOMParser().parseFromString(html, 'text/html').querySelector('main')
    if (!main) return failed(form)
    document.querySelector('main').replaceWith(document.adoptNode(main))
    const asked = main.querySelector('[aria-invalid]')
    const said = asked ?? main.querySelector('.notice') ?? main.querySelector('h1')
    if (!asked) said.tabIndex = -1
    said.focus()
  }
  const send = (form) => {
    const { bar, words } = partsOf(form)
    const request = new XMLHttpRequest()
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      bar.value = total > 0 ? loaded / total : 0
      words.textContent = loaded < total ? `${mib(loaded)} of ${mib(total)} sent` : 'Sent. The box is sealing the last of it.'
    })
    request.addEventListener('error', () => failed(form))
    request.addEventListener('abort', () => failed(form))
    request.addEventListener('load', () => {
      if (request.status < 400) location.replace(request.responseURL)
      else showAnswer(form, request.responseText)
    })
    request.open('POST', form.action)
    request.setRequestHeader('accept', 'text/html')
    request.send(new FormData(form))
  }
  // The box is asked first: one that refuses in the middle closes the connection, and its answer is lost.
  const askAndSend = async (form) => {
    setSending(form, true)
    try {
      const body = new URLSearchParams(chosenIn(form))
      const room = await fetch(`${form.action}/room`, { method: 'POST', body, headers: { accept: 'text/html' } })
      if (room.ok) send(form)
      else showAnswer(form, await room.text())
    } catch {
      failed(form)
    }
  }
  document.addEventListener('change', (event) => {
    const form = formOf(event)
    if (form) isWithin(form)
  })
  document.addEventListener('submit', (event) => {
    const form = formOf(event)
    if (!form) return
    event.preventDefault()
    if (isWithin(form)) askAndSend(form)
  })
}
