// One box in the head of a ledger chooses all its rows, and the bar below says how many are chosen. Without it each row is chosen by itself.
for (const form of document.querySelectorAll('[data-choose-rows]')) {
  const all = form.querySelector('[data-choose-all]')
  const said = form.querySelector('[data-chosen]')
  const boxes = [...form.querySelectorAll('tbody input[type="checkbox"]')]
  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length
    all.checked = chosen === boxes.length
    all.indeterminate = chosen > 0 && chosen < boxes.length
    if (said) said.textContent = chosen === 0 ? 'None chosen' : `${chosen} chosen`
  }
  all.hidden = false
  all.addEventListener('change', () => {
    for (const box of boxes) box.checked = all.checked
    tell()
  })
  form.addEventListener('change', tell)
  tell()
}
