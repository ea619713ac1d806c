"use strict";

routes.facts = async () => element("section", {}, element("h1", {}, "facts"));
