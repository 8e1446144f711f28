// Swagger UI over our own description; a file of its own so that the page needs no inline script.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  // Shows no external badge: nothing on this page leaves the service.
  validatorUrl: null,
});
