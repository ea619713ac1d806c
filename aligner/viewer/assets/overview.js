"use strict";

routes.overview = async () => element("section", {}, element("h1", {}, "overview"));
