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
    public Message<?> preSend(Message<?> message, MessageChannel channel) {
        StompStream stream = stream(message);
        if (stream != null) {
            stream.renewed(SimpMessageHeaderAccessor.getUser(message.getHeaders()));
            take(message, stream);
        }
        GrantedCalls.begin(true);
        return message;
    }

    private static void take(Message<?> message, StompStream stream) {
        String id = SimpMessageHeaderAccessor.getSubscriptionId(message.getHeaders());
        if (id != null && is(message, SimpMessageType.SUBSCRIBE)) {
            stream.subscribing(id);
        } else if (id != null && is(message, SimpMessageType.UNSUBSCRIBE)) {
            stream.unsubscribed(id);
        }
    }

    @Override
    public void afterSendCompletion(
            Message<?> message, MessageChannel channel, boolean sent, @Nullable Exception exception) {
        List<Decision> granted = GrantedCalls.end();
        if (sent && exception == null) {
            remember(message, granted);
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
}
