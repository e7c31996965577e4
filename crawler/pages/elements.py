"""What elements are to somebody who looks at a page: which end a line, which are not seen (HTML, rendering, §15.3)."""

from __future__ import annotations


def _names(spaced: str) -> frozenset[str]:
    return frozenset(spaced.split())


# Elements that begin on a line of their own (§15.3.3 to §15.3.9).
BLOCKS = _names(
    "address article aside blockquote body br button caption center details dialog dir div dl dt fieldset figcaption"
    " figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p"
    " plaintext pre search section summary table tbody tfoot thead title tr ul"
)
# Elements that stand on the line, apart from their neighbours.
SPACED = _names("dd img input label rt select td th video audio iframe object embed svg canvas")
# Elements whose content is shown only in place of what a browser shows instead, or on demand; scripts run for whoever
# looks, so noscript's content is not seen. Text of scripts, styles and titles never comes as text (tags.py).
UNSEEN = _names("audio canvas datalist dialog noscript object rp select template video")
# Elements that a browser opens again where an ancestor's end closed them (§13.2.4.3), until their own end tag comes or
# the cell ends that they stand in.
FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")
TABLE = _names("caption table tbody td tfoot th thead tr")
# Elements without content (§13.1.2).
VOID = _names("area base basefont bgsound br col embed frame hr img input link meta param source track wbr")
# Elements that end where the next of their kind begins (§13.1.2.4): their end tags are often left out.
ENDED_BY_NEXT = _names("dd dt li option p rp rt td th tr")

# Files that a text links to for taking away: the suffixes of their addresses. Sources: IANA media types of the same
# names; OFD is GB/T 33190, WPS/ET/DPS Kingsoft's, CEB/CEBX Apabi's, used by Chinese authorities (2026-11-22).
DOWNLOADS = tuple(
    sorted(
        f".{suffix}"
        for suffix in _names(
            "pdf doc docx docm rtf odt wps xls xlsx xlsm ods et csv ppt pptx pps ppsx odp dps ofd ceb cebx caj epub"
            " mobi zip rar 7z tar gz tgz xml json kml kmz shp geojson gpkg mp3 mp4 apk"
        )
    )
)
# Parameters that make an address another one without leading elsewhere: cache-busters and sessions.
PASSING_PARAMETERS = _names(
    "_ v ver version t ts time timestamp r rnd rand random cb cachebuster nocache nonce token csrf sid sessionid"
    " session_id phpsessid jsessionid"
)
