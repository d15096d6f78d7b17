// Room: docs. Starts Swagger UI on /doc with the documents that the page names, and a menu if there are several.
const element = document.getElementById('swagger')
const documents = JSON.parse(element.dataset.documents)

function show(url) {
  window.SwaggerUIBundle({
    domNode: element,
    url,
    deepLinking: true,
    persistAuthorization: false,
    tryItOutEnabled: true,
    validatorUrl: null,
    displayRequestDuration: true,
  })
}

if (documents.length > 1) {
  const menu = document.createElement('select')
  menu.setAttribute('aria-label', 'API')
  for (const { name, url } of documents) menu.append(new Option(name, url))
  menu.addEventListener('change', () => show(menu.value))
  element.before(menu)
}
show(documents[0].url)
