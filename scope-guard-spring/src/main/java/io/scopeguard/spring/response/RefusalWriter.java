package io.scopeguard.spring.response;

import io.scopeguard.signal.Problem;
import io.scopeguard.signal.Refusal;
import io.scopeguard.signal.Refusals;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.springframework.http.HttpHeaders;
import org.springframework.security.web.util.UrlUtils;
import org.springframework.web.util.UriComponentsBuilder;
import tools.jackson.databind.json.JsonMapper;

/** Writes refusals. Thread-safe. */
public final class RefusalWriter {

    /** Where the protected resource metadata of this API is, below its context path. */
    public static final String METADATA_PATH = "/.well-known/oauth-protected-resource";

    private final JsonMapper json = JsonMapper.builder().build();

    /** Answers the request with the refusal that is chosen for its API. */
    public void write(HttpServletRequest request, HttpServletResponse response, Function<Refusals, Refusal> choice)
            throws IOException {
        Refusal refusal = choice.apply(new Refusals(metadataUrl(request)));
        response.setStatus(refusal.status());
        if (refusal.challenge() != null) {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, refusal.challenge());
        }
        if (refusal.retryAfter() != null) {
            response.setHeader(
                    HttpHeaders.RETRY_AFTER, Long.toString(refusal.retryAfter().toSeconds()));
        }
        byte[] body = json.writeValueAsBytes(refusal.problem().members());
        response.setContentType(Problem.MEDIA_TYPE);
        response.setCharacterEncoding(StandardCharsets.UTF_8);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
        response.flushBuffer();
    }

    private static String metadataUrl(HttpServletRequest request) {
        return UriComponentsBuilder.fromUriString(UrlUtils.buildFullRequestUrl(request))
                .replacePath(request.getContextPath())
                .path(METADATA_PATH)
                .replaceQuery(null)
                .fragment(null)
                .build()
                .toUriString();
    }
}
