// Fills in what is known already. The form works without: the server knows where to go from `/?name=…&room=…&front=…`.

const query = new URLSearchParams(location.search)
const nameField = field('name')
const room = field('room')

nameField.value = query.get('name') ?? sessionStorage.name ?? ''
room.value = query.get('room') || room.value
for (const choice of document.querySelectorAll(/** @type {'input'} */ ('input[name="front"]')))
  if (choice.value === (query.get('front') ?? sessionStorage.front)) choice.checked = true

document.getElementById('join')?.addEventListener('change', ({ target }) => {
  if (target instanceof HTMLInputElement && target.name === 'front') sessionStorage.front = target.value
})
nameField.focus()

/** @param {string} id */
function field(id) {
  return /** @type {HTMLInputElement} */ (document.getElementById(id))
}
