// Sends the files of a form and shows how far it is; the answer takes the place of the page. Without it the form is sent by itself.
for (const form of document.querySelectorAll('[data-send-files]')) {
  const said = form.querySelector('[data-said]')
  const shown = form.querySelector('[data-progress]')
  const bar = shown.querySelector('progress')
  const words = form.querySelector('[data-progress-words]')
  const button = form.querySelector('button')
  const say = (text) => {
    said.textContent = text
    said.hidden = text === ''
  }
  const mib = (bytes) => `${(bytes / 1024 ** 2).toFixed(1)} MiB`
  // Before a byte is sent that could not be taken.
  const isWithin = () => {
    const files = [...form.elements.files.files]
    if (files.length > Number(form.dataset.filesLeft)) return say(`At most ${form.dataset.filesLeft} files are taken.`)
    const bytes = files.reduce((sum, file) => sum + file.size, 0)
    if (bytes > Number(form.dataset.bytesLeft)) return say(`These are ${mib(bytes)}; ${mib(Number(form.dataset.bytesLeft))} are taken.`)
    say('')
    return true
  }
  form.elements.files.addEventListener('change', isWithin)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (!isWithin()) return
    const request = new XMLHttpRequest()
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      bar.value = total > 0 ? loaded / total : 0
      words.textContent = loaded < total ? `${mib(loaded)} of ${mib(total)} sent` : 'Sent. The box is sealing the last of it.'
    })
    const failed = () => {
      shown.hidden = true
      button.disabled = false
      say('The connection was lost, and nothing has arrived. Try again.')
    }
    request.addEventListener('error', failed)
    request.addEventListener('abort', failed)
    request.addEventListener('load', () => {
      const answered = new DOMParser().parseFromString(request.responseText, 'text/html')
      const main = answered.querySelector('main')
      // Arrived, or refused with a page that says why.
      if (request.status < 400) location.replace(request.responseURL)
      else if (main) document.querySelector('main').replaceWith(document.adoptNode(main))
      else failed()
    })
    request.open('POST', form.action)
    request.setRequestHeader('accept', 'text/html')
    request.send(new FormData(form))
    shown.hidden = false
    button.disabled = true
  })
}
