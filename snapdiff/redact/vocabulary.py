"""The words that say nothing of a house: names of header fields, of MIME and of HTML. Everything else is replaced."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FIELDS = _words(
    """
    accept-language arc-authentication-results arc-message-signature arc-seal authentication-results auto-submitted bcc
    cc comments content-class content-description content-disposition content-id content-language content-location
    content-md5 content-transfer-encoding content-type date delivered-to disposition-notification-to dkim-signature
    encrypted errors-to from importance in-reply-to keywords list-archive list-help list-id list-owner list-post
    list-subscribe list-unsubscribe list-unsubscribe-post message-id mime-version organization precedence priority
    received received-spf references reply-to resent-bcc resent-cc resent-date resent-from resent-message-id
    resent-reply-to resent-sender resent-to return-path return-receipt-to sender sensitivity subject thread-index
    thread-topic to user-agent x-auto-response-suppress x-mailer x-originating-ip x-priority x-spam-flag x-spam-score
    x-spam-status x-tnef-correlator
    """
)
"""Field names of RFC 5322 and the like. Those that begin with X-MS- are Exchange's own and stay as well."""

STRUCTURED = _words(
    """
    arc-authentication-results arc-message-signature arc-seal authentication-results content-disposition
    content-transfer-encoding content-type dkim-signature mime-version received received-spf
    """
)
"""Fields in whose values the words of PROTOCOL are words of the protocol."""

PROTOCOL = _words(
    """
    1 2 7 7bit 8 8bit 15 16 1250 1251 1252 8859 alternative application attachment audio base64 binary boundary
    bounce by charset delivery delsp digest dkim dmarc esmtp esmtps fail filename fixed flowed for format from helo
    html http https id image inline iso mailto message micalg mixed mixed multipart name neutral none octet ok
    partial pass pdf pkcs7 plain policy printable protocol quoted rfc822 related relaxed report rsa sha1 sha256
    signature signed simple smtp softfail spf stream text tls type us ascii utf utf8 version via video windows with
    xml
    """
)

HTML = _words(
    """
    a abbr address align alt area article aside audio b background base bgcolor big blockquote body border br button
    canvas caption cellpadding cellspacing center charset class code col colgroup color cols colspan content data dd
    del dir div dl doctype dt em embed equiv face fieldset font footer form frame frameset h1 h2 h3 h4 h5 h6 head header
    height hr href html http https i id iframe img input ins label lang legend li link main map mailto meta method name
    nav object ol onclick onerror onload option p param pre public rel rows rowspan s script section select size small
    source span src strike strong style sub summary sup table target tbody td textarea tfoot th thead title tr tt type u
    ul valign value video width xmlns
    """
)
"""Names of elements and attributes, and the schemes of links; only inside tags."""

EXTENSIONS = _words(
    """
    bmp csv dat doc docm docx eml exe gif gz htm html ics iso jpeg jpg js json lnk msg p7m p7s pdf png ppt pptx ps1 rar
    rtf svg tif tiff txt vbs xls xlsm xlsx xml zip
    """
)

FOLDERS = _words(
    """
    messagesnapshots pipelinetracing hub mailbox delivery edge frontend logs transportroles messagetracking protocollog
    smtpreceive smtpsend hub_pipeline_tracing_logs mailbox_pipeline_tracing_logs traces original eml log routing
    """
)
"""Folders and files that Exchange and its collector script name so on every server."""

SMTP = PROTOCOL | _words(
    """
    auth bdat data dsn ehlo enhancedstatuscodes helo last login mail ntlm quit rcpt rset size starttls vrfy
    0 1 2 3 4 5 6 7 211 214 220 221 235 250 251 252 334 354 421 450 451 452 454 500 501 502 503 504 530 535 550 551 552
    553 554
    """
)
"""Verbs and reply codes (RFC 5321), and the numbers of status codes (RFC 3463)."""

LOGGED = _words(
    """
    action actionid addhtmldisclaimer ama applyhtmldisclaimer atch ci compcost dc deliverypriority enforce engine error
    etr etrp ev ja mode name oma purgedatetime ruleid sev sfa st sum tra v ver
    """
)
"""Keys of custom-data that agents of Exchange's own write."""

SMALL_WORDS = _words(
    """
    a after all an and are as at be been before but by can did do does for from had has have here in into is it its no
    not of on one only or out so than that the their them then there they this to was were what when where which who
    will with without would
    """
)
"""English words so small that they tell nothing; they stay in the sentences of the report itself."""
