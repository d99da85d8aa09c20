package io.scopeguard.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** The library's log events of all levels between opening and closing. */
public final class LogEvents extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.scopeguard");

    private LogEvents() {}

    public static LogEvents capture() {
        LogEvents events = new LogEvents();
        events.setContext(events.logger.getLoggerContext());
        events.start();
        events.logger.setLevel(Level.TRACE);
        events.logger.setAdditive(false);
        events.logger.addAppender(events);
        return events;
    }

    /** Level, message and exception of each event. */
    public List<String> messages() {
        return messages;
    }

    @Override
    protected void append(ILoggingEvent event) {
        String thrown = event.getThrowableProxy() == null
                ? ""
                : " " + event.getThrowableProxy().getMessage();
        messages.add(event.getLevel() + " " + event.getFormattedMessage() + thrown);
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setAdditive(true);
        logger.setLevel(null);
        stop();
    }
}
