"use strict";

routes.records = async () => element("section", {}, element("h1", {}, "records"));
