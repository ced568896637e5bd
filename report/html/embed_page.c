/*
 * embed_page OUT.c PAGE.css PAGE.js: the style and the script of the HTML report as C, for
 * report/html_page.h. Runs during the build.
 *
 * Both stand inside an element of the page whose end they must not contain, and their hashes are in
 * the page's Content-Security-Policy: a mistake ends the build.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASSET_MAX ((size_t)1 << 20)

struct asset {
	const char *name; /* of the C variable */
	char text[ASSET_MAX + 1];
	size_t len;
};

/* What would end the element, or load something from elsewhere. */
static const char *const forbidden[] = {
    "</", "<!--", "@import", "url(", "http:", "https:", "import(", "eval(", "fetch("};

static bool read_asset(const char *path, struct asset *asset)
{
	FILE *file = fopen(path, "rb");
	bool good = file != NULL;

	if (good) {
		asset->len = fread(asset->text, 1, ASSET_MAX, file);
		asset->text[asset->len] = '\0';
		good = !ferror(file) && asset->len > 0 && asset->len < ASSET_MAX;
		good = fclose(file) == 0 && good;
	}
	if (!good)
		(void)fprintf(stderr, "embed_page: '%s' cannot be read\n", path);
	return good;
}

static bool check_asset(const char *path, const struct asset *asset)
{
	bool good = strlen(asset->text) == asset->len;

	for (size_t i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++) {
		if (!strstr(asset->text, forbidden[i]))
			continue;
		(void)fprintf(stderr, "embed_page: '%s' must not have '%s'\n", path, forbidden[i]);
		good = false;
	}
	return good;
}

/* Numbers, because a text this long is over what C promises for literals. */
static void write_asset(FILE *out, const struct asset *asset)
{
	(void)fprintf(out, "static const unsigned char %s_bytes[] = {", asset->name);
	for (size_t i = 0; i < asset->len; i++)
		(void)fprintf(out, "%s%d,", i % 24 == 0 ? "\n" : "", (unsigned char)asset->text[i]);
	(void)fprintf(out, "0};\nconst struct str %s = {(const char *)%s_bytes, %zu};\n\n",
	    asset->name, asset->name, asset->len);
}

static bool write_all(const char *path, const struct asset *css, const struct asset *script)
{
	FILE *out = fopen(path, "wb");
	bool good;

	if (!out)
		return false;
	(void)fputs("/* Made by report/html/embed_page.c during the build. */\n"
		    "#include \"report/html_page.h\"\n\n",
	    out);
	write_asset(out, css);
	write_asset(out, script);
	good = !ferror(out);
	return fclose(out) == 0 && good;
}

int main(int argc, char **argv)
{
	static struct asset css = {.name = "html_page_css"}, script = {.name = "html_page_js"};
	bool good = argc == 4 && read_asset(argv[2], &css) && check_asset(argv[2], &css) &&
		    read_asset(argv[3], &script) && check_asset(argv[3], &script) &&
		    write_all(argv[1], &css, &script);

	if (!good)
		(void)fprintf(stderr, "embed_page: the page was not embedded\n");
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
