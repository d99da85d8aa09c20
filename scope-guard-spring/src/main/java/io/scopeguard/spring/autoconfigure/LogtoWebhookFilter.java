package io.scopeguard.spring.autoconfigure;

import io.scopeguard.logto.LogtoWebhook;
import io.scopeguard.logto.LogtoWebhook.Outcome;
import io.scopeguard.logto.LogtoWebhook.Receipt;
import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Consumer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * The end of the chain that deliveries take: nothing comes behind it. Whatever the content type says, what counts is whose
 * signature the bytes bear. Thread-safe.
 */
final class LogtoWebhookFilter extends OncePerRequestFilter {

    private final LogtoWebhook webhook;
    private final Consumer<Receipt> listener;

    LogtoWebhookFilter(LogtoWebhook webhook, Consumer<Receipt> listener) {
        this.webhook = webhook;
        this.listener = listener;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain) {
        if (request.getMethod().equals(HttpMethod.POST.name())) {
            Receipt receipt = receive(request);
            listener.accept(receipt);
            response.setStatus(status(receipt.outcome()).value());
        } else {
            response.setStatus(HttpStatus.METHOD_NOT_ALLOWED.value());
            response.setHeader(HttpHeaders.ALLOW, HttpMethod.POST.name());
        }
    }

    private Receipt receive(HttpServletRequest request) {
        if (request.getContentLengthLong() > LogtoWebhook.MAX_BYTES) {
            return Receipt.unread(Outcome.TOO_LARGE);
        }
        try {
            // One byte more than allowed shows that there are too many, however many come.
            byte[] body = request.getInputStream().readNBytes(LogtoWebhook.MAX_BYTES + 1);
            return webhook.receive(body, request.getHeader(LogtoWebhook.SIGNATURE_HEADER));
        } catch (IOException brokenOff) {
            return Receipt.unread(Outcome.MALFORMED);
        }
    }

    private static HttpStatus status(Outcome outcome) {
        return switch (outcome) {
            case APPLIED, UNTIMELY, IGNORED, REPLAYED -> HttpStatus.NO_CONTENT;
            case LIMITED -> HttpStatus.TOO_MANY_REQUESTS;
            case WRONG_SIGNATURE -> HttpStatus.UNAUTHORIZED;
            case MALFORMED -> HttpStatus.BAD_REQUEST;
            case TOO_LARGE -> HttpStatus.CONTENT_TOO_LARGE;
        };
    }
}
