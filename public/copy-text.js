// A button that copies what stands in another element. Without it, or where the browser does not let pages copy, one selects it oneself.
for (const button of document.querySelectorAll('[data-copy]')) {
  const source = document.getElementById(button.dataset.copy)
  const said = button.parentElement.querySelector('[data-copied]')
  if (!source || !navigator.clipboard) continue
  button.hidden = false
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(source.textContent).then(
      () => {
        said.textContent = 'Copied.'
      },
      () => {
        said.textContent = 'Select the link and copy it yourself.'
      },
    )
  })
}
