package io.scopeguard.spring.webhook;

import io.scopeguard.provider.EventReceiver;
import io.scopeguard.provider.EventReceiver.Outcome;
import io.scopeguard.provider.EventReceiver.Receipt;
import io.scopeguard.provider.PermissionChange;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;

/**
 * Receives the deliveries of a provider, with any content type.
 *
 * <p>Anybody can send requests to this servlet, so each must be cheap: requests with unacceptable headers are rejected unread, a
 * body is read without blocking a thread, and there are limits on the number of deliveries in flight, on their bytes and on the
 * time of each. Thread-safe.
 */
public final class WebhookServlet extends HttpServlet {

    private static final long serialVersionUID = 1;
    private static final String RETRY_AFTER_SECONDS = "10";

    private final transient EventReceiver receiver;
    private final transient Consumer<PermissionChange> changes;
    private final transient Consumer<Receipt> listener;
    private final transient Limits limits;
    private final transient DeliveriesInFlight inFlight;

    /**
     * @param changes receives the reported changes before a delivery is answered
     * @param listener receives the outcome of every delivery
     */
    public WebhookServlet(
            EventReceiver receiver, Consumer<PermissionChange> changes, Consumer<Receipt> listener, Limits limits) {
        this.receiver = receiver;
        this.changes = changes;
        this.listener = listener;
        this.limits = limits;
        this.inFlight = new DeliveriesInFlight(limits.deliveries(), limits.bytes());
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        AsyncContext context = request.startAsync(request, response);
        if (!request.getMethod().equals(HttpMethod.POST.name())) {
            leaveBodyUnread(context);
            response.setHeader(HttpHeaders.ALLOW, HttpMethod.POST.name());
            answer(context, HttpStatus.METHOD_NOT_ALLOWED);
            return;
        }
        Outcome rejection = rejection(request);
        if (rejection == null) {
            read(context, request);
        } else {
            leaveBodyUnread(context);
            listener.accept(Receipt.unread(rejection));
            answer(context, rejection);
        }
    }

    /** The reason to reject the delivery because of its headers, or {@code null} if it has been admitted. */
    private @Nullable Outcome rejection(HttpServletRequest request) {
        if (request.getContentLengthLong() > EventReceiver.MAX_BYTES) {
            return Outcome.TOO_LARGE;
        }
        if (!receiver.isAdmissible(request.getHeader(receiver.credentialHeader()))) {
            return Outcome.UNAUTHENTICATED;
        }
        return inFlight.enter() ? null : Outcome.OVERLOADED;
    }

    private void read(AsyncContext context, HttpServletRequest request) throws IOException {
        String credential = request.getHeader(receiver.credentialHeader());
        WebhookBody body = new WebhookBody(
                context,
                inFlight,
                bytes -> receiver.receive(bytes, credential, changes),
                listener,
                outcome -> answer(context, outcome));
        context.setTimeout(limits.time().toMillis());
        context.addListener(body);
        request.getInputStream().setReadListener(body);
    }

    /**
     * Ends the connection with the response. Otherwise the container would read the rest of the body first, and block a thread
     * for as long as the client takes to send it.
     */
    static void leaveBodyUnread(AsyncContext context) {
        // Later versions of HTTP end streams instead, and forbid this header.
        if (context.getRequest().getProtocol().startsWith("HTTP/1")) {
            ((HttpServletResponse) context.getResponse()).setHeader(HttpHeaders.CONNECTION, "close");
        }
    }

    private void answer(AsyncContext context, Outcome outcome) {
        if (outcome == Outcome.UNAUTHENTICATED) {
            HttpServletResponse response = (HttpServletResponse) context.getResponse();
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, receiver.challenge());
        }
        answer(context, status(outcome));
    }

    private static void answer(AsyncContext context, HttpStatus status) {
        HttpServletResponse response = (HttpServletResponse) context.getResponse();
        response.setStatus(status.value());
        if (status == HttpStatus.SERVICE_UNAVAILABLE) {
            response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        try {
            // Commits the response, because the container would otherwise respond 500 to a body that it could not read.
            response.flushBuffer();
        } catch (IOException gone) {
            // The client has gone.
        }
        context.complete();
    }

    private static HttpStatus status(Outcome outcome) {
        return switch (outcome) {
            case APPLIED, UNTIMELY, IGNORED, REPLAYED -> HttpStatus.NO_CONTENT;
            case LIMITED -> HttpStatus.TOO_MANY_REQUESTS;
            case UNAUTHENTICATED -> HttpStatus.UNAUTHORIZED;
            case MALFORMED -> HttpStatus.BAD_REQUEST;
            case TOO_LARGE -> HttpStatus.CONTENT_TOO_LARGE;
            case TOO_SLOW -> HttpStatus.REQUEST_TIMEOUT;
            case OVERLOADED, UNSHARED -> HttpStatus.SERVICE_UNAVAILABLE;
        };
    }

    /**
     * The limits on deliveries.
     *
     * @param deliveries the maximum number of deliveries that are received at once; they occupy no thread while they wait for their
     *     bodies
     * @param bytes the maximum number of bytes that are held for all deliveries together
     * @param time the maximum time of each delivery, from its headers to the end of its body
     */
    public record Limits(int deliveries, int bytes, Duration time) {

        /** Providers send headers and body at once. */
        public static final Limits DEFAULT = new Limits(500, 16 * EventReceiver.MAX_BYTES, Duration.ofSeconds(10));
    }
}
