package io.scopeguard.spring.stream;

import io.scopeguard.Decision;
import io.scopeguard.ScopeGuard;
import io.scopeguard.TooManyWatchesException;
import io.scopeguard.WatchEnd;
import io.scopeguard.signal.ScopeDriftHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.messaging.Message;
import org.springframework.messaging.simp.stomp.StompCommand;
import org.springframework.messaging.simp.stomp.StompDecoder;
import org.springframework.messaging.simp.stomp.StompEncoder;
import org.springframework.messaging.simp.stomp.StompHeaderAccessor;
import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketMessage;
import org.springframework.web.socket.WebSocketSession;

/**
 * A session that speaks STOMP 1.1 or 1.2. An ERROR frame says why it ends. A SEND frame to {@value #DESTINATION} renews the token:
 * a RECEIPT confirms it, if the client asked for one.
 */
final class StompStream extends WebSocketStream {

    static final String DESTINATION = "/scope-guard/token";

    /** The maximum number of subscriptions of a session, and of the rights to them that are watched. */
    static final int MAX_SUBSCRIPTIONS = 10_000;

    private static final String BEARER = "Bearer ";
    private static final String MISSING_ID = "missing-id";
    private static final String TOO_MANY_SUBSCRIPTIONS = "too-many-subscriptions";

    private static final Logger log = LoggerFactory.getLogger(StompStream.class);

    private final ScopeDriftHeader header;
    private final StompEncoder encoder = new StompEncoder();
    private final Map<String, StompSubscription> subscriptions = new ConcurrentHashMap<>();

    StompStream(ScopeGuard guard, ScopeDriftHeader header) {
        super(guard);
        this.header = header;
    }

    /**
     * The client asks for a subscription. Returns whether it may.
     *
     * @param handlers the number of handlers that the frame goes to
     */
    boolean subscribing(@Nullable String id, int handlers) {
        if (id == null) {
            // A broker may give the subscription a name of its own, under which nothing could be watched.
            refuse(MISSING_ID, CloseStatus.PROTOCOL_ERROR);
            return false;
        }
        if (subscriptions.size() >= MAX_SUBSCRIPTIONS && !subscriptions.containsKey(id)) {
            refuse(TOO_MANY_SUBSCRIPTIONS, CloseStatus.SERVICE_OVERLOAD);
            return false;
        }
        subscriptions
                .computeIfAbsent(id, unknown -> new StompSubscription(stream()))
                .subscribing(handlers);
        return true;
    }

    /** A subscription is passed on to further handlers. */
    void passedOn(String id, int handlers) {
        StompSubscription subscription = subscriptions.get(id);
        if (subscription != null) {
            subscription.subscribing(handlers);
        }
    }

    /** A handler has handled a SUBSCRIBE frame. */
    void handled(String id) {
        StompSubscription subscription = subscriptions.get(id);
        if (subscription != null) {
            subscription.handled();
        }
    }

    /**
     * The client has a subscription because of these decisions. STOMP cannot end it alone: the session ends with the right to it.
     */
    void subscribed(String id, List<Decision> granted) {
        StompSubscription subscription = subscriptions.get(id);
        if (subscription == null) {
            return;
        }
        try {
            granted.forEach(decision -> watch(subscription, decision));
        } catch (TooManyWatchesException e) {
            refuse("too-many-streams", CloseStatus.SERVICE_OVERLOAD);
        }
    }

    /** A client that repeats an id must not make the guard watch the same right again and again. */
    private void watch(StompSubscription subscription, Decision granted) {
        if (subscription.watches(granted)) {
            return;
        }
        if (stream().watches() > MAX_SUBSCRIPTIONS) {
            refuse(TOO_MANY_SUBSCRIPTIONS, CloseStatus.SERVICE_OVERLOAD);
        } else {
            subscription.add(stream().watch(granted));
        }
    }

    /** The client ends a subscription. */
    void unsubscribing(String id) {
        StompSubscription subscription = subscriptions.get(id);
        if (subscription != null) {
            subscription.unsubscribing();
        }
    }

    /** The broker ends a subscription. If it may have ended it before it began it, the subscription stays watched. */
    void unsubscribed(String id) {
        StompSubscription subscription = subscriptions.get(id);
        if (subscription != null && subscription.isEnding()) {
            subscriptions.remove(id);
            subscription.close();
        }
    }

    private void refuse(String reason, CloseStatus status) {
        try {
            fail(reason, status.getCode());
        } catch (IOException | RuntimeException e) {
            log.debug("The client has gone before its subscription was refused", e);
        }
    }

    @Override
    void beforeClose(WebSocketSession open, WatchEnd reason) throws IOException {
        send(open, error(name(reason.reason()), header.valueOf(reason)));
    }

    /** Spring decodes frames of text and of binary messages, and so must this method. */
    @Override
    boolean takesComplete(WebSocketMessage<?> message) throws IOException {
        StompHeaderAccessor sent = renewal(message);
        if (sent == null) {
            return false;
        }
        String credentials = sent.getFirstNativeHeader("Authorization");
        String refused = credentials == null || !credentials.startsWith(BEARER)
                ? "missing-token"
                : renew(credentials.substring(BEARER.length()));
        answer(sent.getReceipt(), refused);
        return true;
    }

    /** The frame that renews the token, or {@code null} if the message contains another one. */
    private static @Nullable StompHeaderAccessor renewal(WebSocketMessage<?> message) {
        String text = text(message).stripLeading();
        if (!text.startsWith("SEND") || !text.contains("destination:" + DESTINATION)) {
            return null;
        }
        StompHeaderAccessor sent = decoded(bytes(message));
        return sent != null && DESTINATION.equals(sent.getDestination()) ? sent : null;
    }

    /** The text to search for a destination. Other text of a binary message is not decoded correctly. */
    private static String text(WebSocketMessage<?> message) {
        if (message instanceof TextMessage text) {
            return text.getPayload();
        }
        return message instanceof BinaryMessage binary
                ? StandardCharsets.ISO_8859_1
                        .decode(binary.getPayload().duplicate())
                        .toString()
                : "";
    }

    private static ByteBuffer bytes(WebSocketMessage<?> message) {
        return message instanceof BinaryMessage binary
                ? binary.getPayload().duplicate()
                : ByteBuffer.wrap(text(message).getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable StompHeaderAccessor decoded(ByteBuffer bytes) {
        List<Message<byte[]>> messages = new StompDecoder().decode(bytes);
        return messages.isEmpty() ? null : StompHeaderAccessor.wrap(messages.get(0));
    }

    /** STOMP's only rejection is an ERROR frame, after which the session is closed. */
    private void answer(@Nullable String receipt, @Nullable String refused) throws IOException {
        if (refused != null) {
            fail(refused, FORBIDDEN);
        } else if (receipt != null) {
            StompHeaderAccessor accessor = StompHeaderAccessor.create(StompCommand.RECEIPT);
            accessor.setReceiptId(receipt);
            send(session(), accessor);
        }
    }

    private void fail(String reason, int closeCode) throws IOException {
        send(session(), error(reason, null));
        closeWhenSent(new CloseStatus(closeCode, reason));
    }

    private static StompHeaderAccessor error(String message, @Nullable String drift) {
        StompHeaderAccessor accessor = StompHeaderAccessor.create(StompCommand.ERROR);
        accessor.setMessage(message);
        if (drift != null) {
            accessor.setNativeHeader("scope-drift", drift);
        }
        return accessor;
    }

    private void send(WebSocketSession to, StompHeaderAccessor frame) throws IOException {
        byte[] bytes = encoder.encode(frame.getMessageHeaders(), new byte[0]);
        to.sendMessage(new TextMessage(bytes));
    }
}
