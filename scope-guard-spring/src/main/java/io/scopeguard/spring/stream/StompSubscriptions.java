package io.scopeguard.spring.stream;

import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import io.scopeguard.spring.authorization.GrantedCalls;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.MessageHandler;
import org.springframework.messaging.simp.SimpMessageHeaderAccessor;
import org.springframework.messaging.simp.SimpMessageType;
import org.springframework.messaging.support.AbstractSubscribableChannel;
import org.springframework.messaging.support.ExecutorChannelInterceptor;

/**
 * Records the decisions that granted the subscriptions of STOMP sessions: by the rules of the channel for clients' messages, while
 * a message is sent, and by the methods that handle the messages. It must be the channel's first interceptor. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class StompSubscriptions implements ExecutorChannelInterceptor {

    /** Called in the order in which the client sent its messages; handlers may run in another order. */
    @Override
    public @Nullable Message<?> preSend(Message<?> message, MessageChannel channel) {
        StompStream stream = stream(message);
        if (stream != null) {
            stream.renewed(SimpMessageHeaderAccessor.getUser(message.getHeaders()));
            if (!isTaken(message, stream, handlers(channel))) {
                return null;
            }
        }
        GrantedCalls.begin(true);
        return message;
    }

    private static boolean isTaken(Message<?> message, StompStream stream, int handlers) {
        String id = SimpMessageHeaderAccessor.getSubscriptionId(message.getHeaders());
        if (is(message, SimpMessageType.SUBSCRIBE)) {
            return stream.subscribing(id, handlers);
        }
        if (id != null && is(message, SimpMessageType.UNSUBSCRIBE)) {
            stream.unsubscribing(id);
        }
        return true;
    }

    private static int handlers(MessageChannel channel) {
        return channel instanceof AbstractSubscribableChannel subscribable
                ? subscribable.getSubscribers().size()
                : 1;
    }

    @Override
    public void afterSendCompletion(
            Message<?> message, MessageChannel channel, boolean sent, @Nullable Exception exception) {
        List<Decision> granted = GrantedCalls.end();
        if (sent && exception == null) {
            remember(message, granted);
            forget(message);
        }
    }

    /** Brokers ignore messages with destinations that are not theirs, so only a frame without one certainly has an effect. */
    private static void forget(Message<?> message) {
        StompStream stream = stream(message);
        String id = SimpMessageHeaderAccessor.getSubscriptionId(message.getHeaders());
        if (stream != null
                && id != null
                && is(message, SimpMessageType.UNSUBSCRIBE)
                && SimpMessageHeaderAccessor.getDestination(message.getHeaders()) == null) {
            stream.unsubscribed(id);
        }
    }

    @Override
    public Message<?> beforeHandle(Message<?> message, MessageChannel channel, MessageHandler handler) {
        GrantedCalls.begin(false);
        return message;
    }

    @Override
    public void afterMessageHandled(
            Message<?> message, MessageChannel channel, MessageHandler handler, @Nullable Exception exception) {
        List<Decision> granted = GrantedCalls.end();
        if (exception == null) {
            remember(message, granted);
        }
        handled(message);
    }

    private static void handled(Message<?> message) {
        StompStream stream = stream(message);
        String id = SimpMessageHeaderAccessor.getSubscriptionId(message.getHeaders());
        if (stream != null && id != null && is(message, SimpMessageType.SUBSCRIBE)) {
            stream.handled(id);
        }
    }

    private static void remember(Message<?> message, List<Decision> granted) {
        StompStream stream = stream(message);
        String id = SimpMessageHeaderAccessor.getSubscriptionId(message.getHeaders());
        if (stream != null && id != null && !granted.isEmpty() && is(message, SimpMessageType.SUBSCRIBE)) {
            stream.subscribed(id, granted);
        }
    }

    private static boolean is(Message<?> message, SimpMessageType type) {
        return SimpMessageHeaderAccessor.getMessageType(message.getHeaders()) == type;
    }

    private static @Nullable StompStream stream(Message<?> message) {
        Map<String, Object> session = SimpMessageHeaderAccessor.getSessionAttributes(message.getHeaders());
        return session != null && WebSocketStreams.of(session) instanceof StompStream stream ? stream : null;
    }

    /**
     * The broker's own channel, through which subscriptions to the destinations of users reach the broker.
     *
     * @hidden
     */
    public static final class OfBroker implements ExecutorChannelInterceptor {

        @Override
        public Message<?> preSend(Message<?> message, MessageChannel channel) {
            if (is(message, SimpMessageType.SUBSCRIBE)) {
                StompStream stream = stream(message);
                String id = SimpMessageHeaderAccessor.getSubscriptionId(message.getHeaders());
                if (stream != null && id != null) {
                    stream.passedOn(id, handlers(channel));
                }
            }
            return message;
        }

        @Override
        public void afterMessageHandled(
                Message<?> message, MessageChannel channel, MessageHandler handler, @Nullable Exception exception) {
            handled(message);
        }
    }
}
